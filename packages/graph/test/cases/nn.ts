import * as g from "@fluxion/graph";
import type { AttentionOptions, Tensor } from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";

type Values = readonly number[];

const meanOf = (row: Values): number => row.reduce((a, b) => a + b, 0) / row.length;
const standardized = (row: Values): Values => row.map((value) => (value - meanOf(row)) / Math.sqrt(meanOf(row.map((x) => (x - meanOf(row)) ** 2)) + 1e-5));
const scaledByRms = (row: Values): Values => row.map((value) => value / Math.sqrt(meanOf(row.map((x) => x * x)) + 1e-5));
/** Each row of four by `f`, with a scale and a shift. */
const rows = (f: (row: Values) => Values) => (x: Values = [], scale: Values = [1, 1, 1, 1], shift: Values = [0, 0, 0, 0]): Values =>
  Array.from({ length: x.length / 4 }, (_, i) => f(x.slice(4 * i, 4 * i + 4)).map((value, j) => value * (scale[j] ?? NaN) + (shift[j] ?? NaN))).flat();

/** Attention of one head by loops. `seen` are the scores' additions. */
function attend(q: Values, k: Values, v: Values, [queries, keys, d, e]: readonly [number, number, number, number], seen: (i: number, j: number) => number): Values {
  return Array.from({ length: queries }, (_, i) => {
    const scores = Array.from({ length: keys }, (__, j) => {
      let score = 0;
      for (let p = 0; p < d; p++) score += ((q[i * d + p] ?? NaN) * (k[j * d + p] ?? NaN)) / Math.sqrt(d);
      return Math.exp(score + seen(i, j));
    });
    const total = scores.reduce((a, b) => a + b, 0);
    return Array.from({ length: e }, (__, c) => scores.reduce((sum, weight, j) => sum + (total === 0 ? 0 : weight / total) * (v[j * e + c] ?? NaN), 0));
  }).flat();
}

const attention = (options: (...more: Tensor[]) => AttentionOptions, seen: (i: number, j: number) => number, more: Partial<Case> = {}): Case => ({
  shapes: [[3, 2], [4, 2], [4, 5]],
  batch: [0],
  call: (q, k, v, ...rest) => g.scaledDotProductAttention(q, k, v, options(...rest)),
  expected: (q = [], k = [], v = []) => attend(q, k, v, [3, 4, 2, 5], seen),
  ...more,
});
const pattern = [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1];
const visible = (i: number, j: number): number => (pattern[4 * i + j] === 1 ? 0 : -Infinity);

export const nnCases: Cases = {
  groupNorm: { shapes: [[2, 4, 3]], call: (x) => g.groupNorm(x, 2) },
  "groupNorm: scaled and shifted": {
    shapes: [[2, 4, 3], [4, 1], [4, 1]],
    batch: [0],
    call: (x, scale, shift) => g.groupNorm(x, 2, { scale, shift }),
    expected: (x = [], scale = [], shift = []) =>
      [0, 6, 12, 18].flatMap((at) => standardized(x.slice(at, at + 6))).map((value, i) => value * (scale[Math.floor(i / 3) % 4] ?? NaN) + (shift[Math.floor(i / 3) % 4] ?? NaN)),
  },
  "groupNorm: each example scaled and shifted": {
    shapes: [[2, 4, 3, 2], [2, 4, 1, 1], [4, 1, 1]],
    batch: [0, 1],
    call: (x, scale, shift) => g.groupNorm(x, 2, { scale, shift, epsilon: 1e-3 }),
  },
  "groupNorm: of long rows, scaled and shifted": { shapes: [[2, 4, 6, 7], [4, 1, 1], [4, 1, 1]], batch: [0], call: (x, scale, shift) => g.groupNorm(x, 2, { scale, shift }) },
  "groupNorm: scaled": { shapes: [[2, 4, 3], [4, 1]], batch: [0], call: (x, scale) => g.groupNorm(x, 2, { scale }) },
  "standardize: long rows": { shapes: [[2, 3, 40]], call: (x) => g.standardize(x, { axes: [-1] }) },
  standardize: { shapes: [[2, 3, 4]], call: (x) => g.standardize(x, { axes: [-2, -1] }) },
  layerNorm: { shapes: [[2, 3, 4]], call: (x) => g.layerNorm(x), expected: rows(standardized) },
  "layerNorm: scaled and shifted": { shapes: [[2, 3, 4], [4], [4]], batch: [0], call: (x, scale, shift) => g.layerNorm(x, { scale, shift }), expected: rows(standardized) },
  "layerNorm: over two axes": { shapes: [[2, 3, 4], [3, 4]], batch: [0], call: (x, scale) => g.layerNorm(x, { axes: [-2, -1], scale, epsilon: 1e-3 }) },
  "layerNorm: of rows, scaled and shifted": { shapes: [[3, 4], [4], [4]], batch: [0], call: (x, scale, shift) => g.layerNorm(x, { scale, shift }), expected: rows(standardized) },
  rmsNorm: { shapes: [[2, 3, 4]], call: (x) => g.rmsNorm(x, { epsilon: 1e-5 }), expected: rows(scaledByRms) },
  "rmsNorm: scaled": { shapes: [[2, 3, 4], [4]], batch: [0], call: (x, scale) => g.rmsNorm(x, { scale, epsilon: 1e-5 }), expected: rows(scaledByRms) },
  "rmsNorm: over channels": { shapes: [[2, 3, 4], [3, 1]], batch: [0], call: (x, scale) => g.rmsNorm(x, { axes: [1], scale, epsilon: 1e-3 }) },
  scaledDotProductAttention: attention(() => ({}), () => 0),
  "scaledDotProductAttention: causal": attention(() => ({ causal: true }), (i, j) => (j > i ? -Infinity : 0)),
  "scaledDotProductAttention: masked, one query blind": attention((mask) => ({ mask: g.cast(mask, "bool") }), visible, {
    fixed: [{ dtype: "int32", shape: [3, 4], values: pattern }],
    batch: [0, 3],
  }),
  "scaledDotProductAttention: masked and causal": attention((mask) => ({ mask: g.cast(mask, "bool"), causal: true }), (i, j) => (j > i ? -Infinity : visible(i, j)), {
    fixed: [{ dtype: "int32", shape: [3, 4], values: pattern }],
    batch: [0, 3],
  }),
  "scaledDotProductAttention: with a bias": {
    shapes: [[2, 2, 3, 2], [2, 2, 4, 2], [2, 2, 4, 5], [2, 1, 3, 4]],
    call: (q, k, v, mask) => g.scaledDotProductAttention(q, k, v, { mask, scale: 0.7 }),
  },
  "scaledDotProductAttention: keys shared by the batch": {
    shapes: [[2, 3, 2], [1, 4, 2], [4, 5]],
    batch: [0],
    call: (q, k, v) => g.scaledDotProductAttention(q, k, v, { causal: true }),
  },
  stopGradient: { shapes: [[2, 3]], call: (x) => g.add(g.square(x), g.mul(g.stopGradient(g.sign(x)), 3)) },
};
