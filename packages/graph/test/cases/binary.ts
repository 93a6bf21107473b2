import * as g from "@fluxion/graph";
import type { DType, Tensor } from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";
import { binary, integers, unary } from "./case.ts";

const down = (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b));
const rest = (a: number, b: number): number => (b === 0 ? 0 : a - b * Math.floor(a / b));
const signed = [[7, -7, 7, -7, 6, 5, -5, 0, 0, -(2 ** 31), 9], [2, 2, -2, -2, -3, 0, 0, 3, 0, 3, -1]];
const bytes = [[200, 7, 5], [7, 200, 0]];

/** An op of integers, at signs and divisors that kernels fail on. */
const whole = (call: (a: Tensor, b: Tensor) => Tensor, f: (a: number, b: number) => number, dtype: DType, [a = [], b = []]: readonly (readonly number[])[] = signed): Case => ({
  shapes: [],
  fixed: [a, b].map((values) => ({ dtype, shape: [values.length], values })),
  call: (x, y) => call(x, y),
  expected: (x = [], y = []) => x.map((value, i) => f(value, y[i] ?? NaN)),
});

const floored = (a: number, b: number): number => a - b * Math.floor(a / b);
const logic = (f: (a: Tensor, b: Tensor) => Tensor) => (a: Tensor, b: Tensor): Tensor => g.cast(f(g.greater(a, 0), g.greater(b, 0)), a.dtype);

export const binaryCases: Cases = {
  add: integers(binary(g.add, (a, b) => a + b)),
  sub: integers(binary(g.sub, (a, b) => a - b)),
  mul: integers(binary(g.mul, (a, b) => a * b)),
  div: binary(g.div, (a, b) => a / b, true),
  maximum: integers(binary(g.maximum, Math.max)),
  minimum: integers(binary(g.minimum, Math.min)),
  "pow: of a tensor": binary(g.pow, (a, b) => a ** b, true),
  atan2: binary(g.atan2, Math.atan2),
  mod: integers(binary(g.mod, floored)),
  where: integers(binary((a, b) => g.where(g.greater(a, b), g.mul(a, 2), b), (a, b) => (a > b ? 2 * a : b))),
  less: integers(binary((a, b) => g.where(g.less(a, b), a, b), (a, b) => (a < b ? a : b))),
  lessEqual: integers(binary((a, b) => g.where(g.lessEqual(a, b), a, b), (a, b) => (a <= b ? a : b))),
  greater: integers(binary((a, b) => g.where(g.greater(a, b), b, a), (a, b) => (a > b ? b : a))),
  greaterEqual: integers(binary((a, b) => g.where(g.greaterEqual(a, b), b, a), (a, b) => (a >= b ? b : a))),
  equal: integers(binary((a, b) => g.where(g.equal(a, b), a, b), (_a, b) => b)),
  notEqual: integers(binary((a, b) => g.where(g.notEqual(a, b), a, b), (a) => a)),
  and: binary(logic(g.and), (a, b) => Number(a > 0 && b > 0)),
  or: binary(logic(g.or), (a, b) => Number(a > 0 || b > 0)),
  xor: binary(logic(g.xor), (a, b) => Number(a > 0 !== b > 0)),
  "where: of booleans": integers(binary((a, b) => g.where(g.where(g.less(a, b), g.greater(a, 0), g.greater(b, 0)), a, b), (a, b) => ((a < b ? a > 0 : b > 0) ? a : b))),
  "where: of equals": integers(binary((a, b) => g.where(g.less(a, b), a, a), (a) => a)),
  "maximum: with itself": integers(binary((a, b) => g.add(g.maximum(a, a), g.minimum(b, b)), (a, b) => a + b)),
  clip: integers(unary((x) => g.clip(x, -1, 1), (x) => Math.min(Math.max(x, -1), 1))),
  "clip: between tensors": integers(binary((a, b) => g.clip(a, g.sub(b, 1), b), (a, b) => Math.min(Math.max(a, b - 1), b))),
  "pow: of a number": unary((x) => g.pow(2, x), (x) => 2 ** x),
  "mod: of int32": whole(g.mod, rest, "int32"),
  "mod: of int64": whole(g.mod, rest, "int64"),
  "mod: of uint8": whole(g.mod, rest, "uint8", bytes),
  "mod: the smallest by -1": whole(g.mod, () => 0, "int32", [[-(2 ** 31)], [-1]]),
  "mod: by a constant": whole((a) => g.mod(a, 4), (a) => rest(a, 4), "int32"),
  floorDivide: whole(g.floorDivide, down, "int32"),
  "floorDivide: of int64": whole(g.floorDivide, down, "int64"),
  "floorDivide: of uint8": whole(g.floorDivide, down, "uint8", bytes),
  "floorDivide: by a constant": whole((a) => g.floorDivide(a, 4), (a) => down(a, 4), "int32"),
  "floorDivide: by a negative constant": whole((a) => g.floorDivide(a, -3), (a) => down(a, -3), "int64"),
};
