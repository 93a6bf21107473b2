/** @file Counting: whole numbers in order, and indicators of them. */
import type { DType } from "../host.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { constant } from "./constant.ts";
import { cumSum } from "./cum-sum.ts";
import { ones } from "./fill.ts";
import { expandDims } from "./reshape.ts";

/**
 * 0, 1, 2, … as a vector.
 *
 * @param length - a number, or the name of a dimension
 * @param dtype - default int32
 */
export function arange(length: Dim, dtype: DType = "int32"): Tensor {
  if (typeof length === "string") return cumSum(ones([length], dtype), 0, { exclusive: true });
  return constant(Float64Array.from({ length }, (_, i) => i), [length], dtype);
}

/**
 * A vector of zeros with a one at each index, along a new last axis: `[...indices]` to `[...indices, depth]`. An index
 * outside gives zeros only.
 *
 * @param dtype - default float32
 * @throws TypeError if the indices are no integers
 */
export function oneHot(indices: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  if (indices.dtype !== "int32" && indices.dtype !== "int64") {
    throw new TypeError(`oneHot: expected int32 or int64 indices, got ${indices.toString()}; use cast(indices, "int32")`);
  }
  return cast(equal(expandDims(indices, indices.rank), arange(depth, indices.dtype)), dtype);
}
