/** @file Checks of element types that ops share. */
import { isFloat } from "../host.ts";
import type { Tensor } from "../tensor.ts";

/** What an op takes: floats; numbers, that is all but booleans; signed numbers, that is no bytes either; booleans. */
export type Operands = "floats" | "numbers" | "signed" | "booleans" | "any";

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

/** Refuses a tensor of a type that an op does not take. */
export function requireOperand(name: string, x: Tensor, operands: Operands): void {
  if (operands === "floats") requireFloat(name, x);
  if (operands === "numbers" || operands === "signed") requireNumber(name, x);
  if (operands === "signed" && x.dtype === "uint8") {
    throw new TypeError(`${name}: expected floats, int32 or int64, got ${x.toString()}, whose range is too small; use cast(x, "int32")`);
  }
  if (operands === "booleans" && x.dtype !== "bool") {
    throw new TypeError(`${name}: expected booleans, got ${x.toString()}; compare first, as in greater(x, 0)`);
  }
}
