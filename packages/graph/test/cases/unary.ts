import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { integers, unary } from "./case.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const unaryCases: Cases = {
  abs: integers(unary(g.abs, Math.abs)),
  cos: unary(g.cos, Math.cos),
  erf: unary(g.erf),
  exp: unary(g.exp, Math.exp),
  gelu: unary(g.gelu),
  log: unary(g.log, Math.log, true),
  neg: integers(unary(g.neg, (x) => -x)),
  relu: unary(g.relu, (x) => Math.max(x, 0)),
  sigmoid: unary(g.sigmoid, logistic),
  sign: integers(unary(g.sign, Math.sign)),
  silu: unary(g.silu, (x) => x * logistic(x)),
  sin: unary(g.sin, Math.sin),
  softplus: unary(g.softplus, (x) => Math.log(1 + Math.exp(x))),
  sqrt: unary(g.sqrt, Math.sqrt, true),
  square: integers(unary(g.square, (x) => x * x)),
  tanh: unary(g.tanh, Math.tanh),
  pow: unary((x) => g.pow(x, 2.5), (x) => x ** 2.5, true),
  cast: integers(unary((x) => g.cast(g.cast(x, "float64"), x.dtype), (x) => x)),
};
