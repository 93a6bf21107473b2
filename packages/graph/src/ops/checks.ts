/** @file Checks of element types that ops share. */
import { isFloat } from "../host.ts";
import type { Tensor } from "../tensor.ts";

/** Refuses a tensor that is not float. */
export function requireFloat(name: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new TypeError(`${name}: expected a float tensor, got ${x.toString()}; use cast(x, "float32")`);
}

/** Refuses a tensor that is not a number: booleans. */
export function requireNumber(name: string, x: Tensor): void {
  if (x.dtype !== "bool") return;
  throw new TypeError(`${name}: expected a tensor of numbers, got ${x.toString()}; use cast(x, "float32")`);
}
