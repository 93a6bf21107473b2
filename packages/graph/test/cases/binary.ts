import * as g from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { binary, integers } from "./case.ts";

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
  floorDivide: {
    shapes: [],
    fixed: [
      { dtype: "int32", shape: [2, 4], values: [7, -7, 7, -7, 6, -6, 0, 5] },
      { dtype: "int32", shape: [2, 4], values: [2, 2, -2, -2, 3, 3, 4, 1] },
    ],
    call: (a, b) => g.floorDivide(a, b),
    expected: () => [3, -4, -4, 3, 2, -2, 0, 5],
    batch: [0, 1],
  },
};
