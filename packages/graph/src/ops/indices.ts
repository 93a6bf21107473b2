/** @file What gathers and scatters share: the checks of their indices. */
import type { NdArray } from "../ndarray.ts";
import { dimAt, formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { constantData } from "./constant.ts";

/** Refuses indices of other types. */
export function requireIndices(name: string, indices: Tensor): void {
  if (indices.dtype === "int32" || indices.dtype === "int64") return;
  throw new TypeError(`${name}: expected int32 or int64 indices, got ${indices.toString()}; use cast(indices, "int32")`);
}

/** Refuses indices of other types, and constant ones outside an axis of known size. */
export function checkIndices(name: string, x: Tensor, indices: Tensor, axis: number): void {
  requireIndices(name, indices);
  const size = dimAt(x.shape, axis);
  const bad = typeof size === "number" ? constantData(indices)?.find((index) => index < -size || index >= size) : undefined;
  if (bad !== undefined) refuseIndex(name, bad, Number(size), axis, formatShape(x.shape));
}

/** The entry of an axis that an index names; negative ones count from the end. */
export function entryAt(name: string, index: number, x: NdArray, axis: number): number {
  const size = x.shape[axis] ?? 0;
  if (index < -size || index >= size) refuseIndex(name, index, size, axis, formatShape(x.shape));
  return index < 0 ? index + size : index;
}

function refuseIndex(name: string, index: number, size: number, axis: number, shape: string): never {
  const expected = size === 0 ? "no indices" : `indices from ${String(-size)} to ${String(size - 1)}`;
  throw new RangeError(`${name}: expected ${expected} on axis ${String(axis)} of ${shape}, got ${String(index)}`);
}
