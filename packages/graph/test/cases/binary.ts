import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { binary, integers } from "./case.ts";

export const binaryCases: Cases = {
  add: integers(binary(g.add, (a, b) => a + b)),
  sub: integers(binary(g.sub, (a, b) => a - b)),
  mul: integers(binary(g.mul, (a, b) => a * b)),
  div: binary(g.div, (a, b) => a / b, true),
  maximum: integers(binary(g.maximum, Math.max)),
  minimum: integers(binary(g.minimum, Math.min)),
  where: integers(binary((a, b) => g.where(g.greater(a, b), g.mul(a, 2), b), (a, b) => (a > b ? 2 * a : b))),
  less: integers(binary((a, b) => g.where(g.less(a, b), a, b), (a, b) => (a < b ? a : b))),
  lessEqual: integers(binary((a, b) => g.where(g.lessEqual(a, b), a, b), (a, b) => (a <= b ? a : b))),
  greater: integers(binary((a, b) => g.where(g.greater(a, b), b, a), (a, b) => (a > b ? b : a))),
  greaterEqual: integers(binary((a, b) => g.where(g.greaterEqual(a, b), b, a), (a, b) => (a >= b ? b : a))),
  equal: integers(binary((a, b) => g.where(g.equal(a, b), a, b), (_a, b) => b)),
};
