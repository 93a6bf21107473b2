/** @file Counting: whole numbers in order, and indicators of them. */
import type { DType } from "../host.ts";
import { checkShape } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { constant } from "./constant.ts";
import { cumSum } from "./cum-sum.ts";
import { ones } from "./fill.ts";
import { requireIndices } from "./indices.ts";
import { expandDims } from "./reshape.ts";

/**
 * 0, 1, 2, … as a vector.
 *
 * @param length - a number, or the name of a dimension
 * @param dtype - default int32
 * @throws RangeError if a number does not fit the type
 */
export function arange(length: Dim, dtype: DType = "int32"): Tensor {
  checkShape("arange", [length]);
  // Counted in int64: not every type has sums.
  if (typeof length === "string") return cast(cumSum(ones([length], "int64"), 0, { exclusive: true }), dtype);
  return constant(Float64Array.from({ length }, (_, i) => i), [length], dtype);
}

/**
 * A vector of zeros with a one at each index, along a new last axis: `[...indices]` to `[...indices, depth]`. An index
 * outside gives zeros only.
 *
 * @param depth - from 1
 * @param dtype - default float32
 * @throws TypeError if the indices are no integers
 */
export function oneHot(indices: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  requireIndices("oneHot", indices);
  if (!Number.isInteger(depth) || depth < 1) {
    throw new RangeError(`oneHot: expected a depth that is a whole number from 1, got ${String(depth)}`);
  }
  return cast(equal(expandDims(indices, -1), arange(depth, indices.dtype)), dtype);
}
