import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

const mask = { dtype: "bool", shape: [3, 4], values: [1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0] } as const;

export const nnCases: Cases = {
  groupNorm: { shapes: [[2, 4, 3]], call: (x) => g.groupNorm(x, 2) },
  layerNorm: { shapes: [[2, 3, 4], [4], [4]], batch: [0], call: (x, scale, shift) => g.layerNorm(x, { scale, shift }) },
  rmsNorm: { shapes: [[2, 3, 4], [4]], batch: [0], call: (x, scale) => g.rmsNorm(x, { scale }) },
  scaledDotProductAttention: { shapes: [[2, 3, 5], [2, 4, 5], [2, 4, 2]], call: (q, k, v) => g.scaledDotProductAttention(q, k, v) },
  "scaledDotProductAttention: masked": {
    shapes: [[2, 3, 5], [2, 4, 5], [2, 4, 2]],
    fixed: [mask],
    batch: [0, 1, 2],
    call: (q, k, v, m) => g.scaledDotProductAttention(q, k, v, { mask: m, scale: 0.7 }),
  },
  "scaledDotProductAttention: causal": { shapes: [[2, 4, 3], [2, 4, 3], [2, 4, 3]], call: (q, k, v) => g.scaledDotProductAttention(q, k, v, { causal: true }) },
  stopGradient: { shapes: [[2, 3]], call: (x) => g.add(g.square(x), g.mul(g.stopGradient(g.sign(x)), 3)) },
};
