import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";
import { unary } from "./case.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
/** Simpson's rule over e^(−s²). */
const erf = (x: number): number => {
  const steps = 2000;
  const h = x / steps;
  let total = 1 + Math.exp(-x * x);
  for (let i = 1; i < steps; i++) total += (i % 2 === 0 ? 2 : 4) * Math.exp(-((i * h) ** 2));
  return (2 / Math.sqrt(Math.PI)) * (h / 3) * total;
};
const bend = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

export const activationCases: Cases = {
  erf: unary(g.erf, erf),
  gelu: unary(g.gelu, (x) => (x * (1 + erf(x / Math.SQRT2))) / 2),
  geluTanh: unary(g.geluTanh, (x) => (x * (1 + Math.tanh(bend(x)))) / 2),
  relu: unary(g.relu, (x) => (x > 0 ? x : x === x ? 0 : NaN)),
  sigmoid: unary(g.sigmoid, logistic),
  silu: unary(g.silu, (x) => x * logistic(x)),
  softplus: unary(g.softplus, (x) => Math.log(1 + Math.exp(x))),
};
