import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const reduceCases: Cases = {
  sum: { shapes: [[2, 3, 4]], integers: true, call: (x) => g.sum(x, { axes: [0, 2] }) },
  "sum: of squares": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(g.square(x), { axes: [1] }) },
  "sum: of rows": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(x, { axes: [0] }) },
  mean: { shapes: [[2, 3, 4]], call: (x) => g.mean(x, { axes: [-1], keepDims: true }) },
  max: { shapes: [[2, 3, 4]], integers: true, call: (x) => g.max(x, { axes: [1] }) },
  softmax: { shapes: [[2, 3, 4]], call: (x) => g.softmax(x, 1) },
  standardize: { shapes: [[2, 3, 4]], call: (x) => g.standardize(x, { axes: [-2, -1] }) },
};
