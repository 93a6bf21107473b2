import * as g from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { integers, unary } from "./case.ts";

const asFloat = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => g.cast(f(x), x.dtype);

export const unaryCases: Cases = {
  abs: integers(unary(g.abs, Math.abs)),
  cos: unary(g.cos, Math.cos),
  exp: unary(g.exp, Math.exp),
  expm1: unary(g.expm1, Math.expm1),
  log: unary(g.log, Math.log, true),
  log1p: unary(g.log1p, Math.log1p, true),
  neg: integers(unary(g.neg, (x) => -x)),
  reciprocal: unary(g.reciprocal, (x) => 1 / x, true),
  rsqrt: unary(g.rsqrt, (x) => 1 / Math.sqrt(x), true),
  sign: integers(unary(g.sign, Math.sign)),
  sin: unary(g.sin, Math.sin),
  sqrt: unary(g.sqrt, Math.sqrt, true),
  square: integers(unary(g.square, (x) => x * x)),
  tan: unary(g.tan, Math.tan),
  tanh: unary(g.tanh, Math.tanh),
  floor: unary(g.floor, Math.floor),
  ceil: unary(g.ceil, Math.ceil),
  round: unary((x) => g.round(g.mul(x, 4)), (x) => Math.round(4 * x)),
  "floor: of a rounded value": unary((x) => g.floor(g.ceil(g.mul(x, 3))), (x) => Math.ceil(3 * x)),
  "not: of itself": unary(asFloat((x) => g.not(g.not(g.greater(x, 0)))), (x) => Number(x > 0)),
  pow: unary((x) => g.pow(x, 2.5), (x) => x ** 2.5, true),
  "pow: a negative exponent": unary((x) => g.pow(x, -1.5), (x) => x ** -1.5, true),
  cast: integers(unary((x) => g.cast(g.cast(x, "float64"), x.dtype), (x) => x)),
  isNaN: unary(asFloat(g.isNaN), (x) => Number(Number.isNaN(x))),
  isFinite: unary(asFloat(g.isFinite), (x) => Number(Number.isFinite(x))),
  not: unary(asFloat((x) => g.not(g.greater(x, 0))), (x) => Number(!(x > 0))),
};
