import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { binary } from "./case.ts";

export const binaryCases: Cases = {
  add: binary(g.add, (a, b) => a + b),
  sub: binary(g.sub, (a, b) => a - b),
  mul: binary(g.mul, (a, b) => a * b),
  div: binary(g.div, (a, b) => a / b, true),
  maximum: binary(g.maximum, Math.max),
  minimum: binary(g.minimum, Math.min),
  where: binary((a, b) => g.where(g.greater(a, b), g.mul(a, 2), b), (a, b) => (a > b ? 2 * a : b)),
  less: binary((a, b) => g.where(g.less(a, b), a, b), (a, b) => (a < b ? a : b)),
  lessEqual: binary((a, b) => g.where(g.lessEqual(a, b), a, b), (a, b) => (a <= b ? a : b)),
  greater: binary((a, b) => g.where(g.greater(a, b), b, a), (a, b) => (a > b ? b : a)),
  greaterEqual: binary((a, b) => g.where(g.greaterEqual(a, b), b, a), (a, b) => (a >= b ? b : a)),
  equal: binary((a, b) => g.where(g.equal(a, b), a, b), (_a, b) => b),
};
