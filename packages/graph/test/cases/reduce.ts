import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

const shapes = [[2, 3, 4]];
export const reduceCases: Cases = {
  sum: { shapes, integers: true, call: (x) => g.sum(x, { axes: [0, 2] }) },
  "sum: of squares": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(g.square(x), { axes: [1] }) },
  "sum: of rows": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(x, { axes: [0] }) },
  mean: { shapes, call: (x) => g.mean(x, { axes: [-1], keepDims: true }) },
  max: { shapes, integers: true, call: (x) => g.max(x, { axes: [1] }) },
  min: { shapes, integers: true, call: (x) => g.min(x, { axes: [0, 2] }) },
  prod: { shapes, call: (x) => g.prod(x, { axes: [1, 2] }) },
  "prod: with zeros": { shapes, call: (x) => g.prod(g.relu(g.mul(g.reshape(x, [-1, 4, 3]), 2)), { axes: [2] }) },
  variance: { shapes, call: (x) => g.variance(x, { axes: [1, 2] }) },
  "variance: of a sample": { shapes, call: (x) => g.variance(x, { axes: [2], correction: 1, keepDims: true }) },
  any: { shapes, call: (x) => g.cast(g.any(g.greater(x, 1), { axes: [1] }), x.dtype) },
  all: { shapes, call: (x) => g.cast(g.all(g.less(x, 1), { axes: [-1] }), x.dtype) },
  argMax: { shapes, call: (x) => g.cast(g.argMax(x, 1), x.dtype) },
  argMin: { shapes, call: (x) => g.cast(g.argMin(x, -1, { keepDims: true }), x.dtype) },
  cumSum: { shapes, integers: true, call: (x) => g.cumSum(x, 1) },
  "cumSum: exclusive, from the end": { shapes, integers: true, call: (x) => g.cumSum(x, 2, { exclusive: true, reverse: true }) },
  softmax: { shapes, call: (x) => g.softmax(x, 1) },
  logSoftmax: { shapes, call: (x) => g.logSoftmax(x, 1) },
  logSumExp: { shapes, call: (x) => g.logSumExp(x, { axes: [1, 2] }) },
  "logSumExp: large": { shapes, call: (x) => g.logSumExp(g.mul(x, 200), { axes: [-1], keepDims: true }) },
  standardize: { shapes, call: (x) => g.standardize(x, { axes: [-2, -1] }) },
};
