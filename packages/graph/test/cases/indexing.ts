import * as g from "@fluxion/graph";
import type { Cases, FixedOperand } from "./case.ts";

const indices = (values: readonly number[], shape: readonly number[] = [values.length], dtype: "int32" | "int64" = "int64"): FixedOperand => ({ dtype, shape, values });

export const indexingCases: Cases = {
  arange: { shapes: [[3]], integers: true, batch: "the range has a number", call: (x) => g.mul(x, g.arange(3, x.dtype)), expected: (x = []) => x.map((value, i) => value * i) },
  gather: {
    shapes: [[3, 2]],
    fixed: [indices([2, 0, 2, -1], [2, 2])],
    integers: true,
    batch: [1],
    call: (x, i) => g.gather(x, i),
    expected: ([a, b, , , e, f] = []) => [e, f, a, b, e, f, e, f].map(Number),
  },
  "gather: another axis, int32": {
    shapes: [[2, 3, 2]],
    fixed: [indices([1, -3, 1], [3], "int32")],
    integers: true,
    call: (x, i) => g.gather(x, i, 1),
    expected: (x = []) => [2, 3, 0, 1, 2, 3, 8, 9, 6, 7, 8, 9].map((i) => x[i] ?? NaN),
  },
  "gather: one entry": { shapes: [[2, 3]], fixed: [indices([1], [])], integers: true, call: (x, i) => g.gather(x, i, 1), expected: ([, b, , , e] = []) => [b, e].map(Number) },
  gatherAlong: {
    shapes: [[2, 3]],
    fixed: [indices([2, 2, 0, -2], [2, 2])],
    integers: true,
    batch: [0, 1],
    call: (x, i) => g.gatherAlong(x, i, 1),
    expected: ([, , c, d, e] = []) => [c, c, d, e].map(Number),
  },
  "gatherAlong: leading axis, int32": {
    shapes: [[3, 2]],
    fixed: [indices([2, 0, 2, 1], [2, 2], "int32")],
    integers: true,
    batch: [],
    call: (x, i) => g.gatherAlong(x, i, 0),
    expected: ([, b, , d, e] = []) => [e, b, e, d].map(Number),
  },
  oneHot: {
    shapes: [[3, 2]],
    fixed: [indices([2, 0, 5, -1])],
    integers: true,
    batch: [1],
    call: (x, i) => g.sum(g.mul(g.expandDims(g.oneHot(i, 3, x.dtype), -1), x), { axes: [1] }),
    expected: ([a, b, , , e, f] = []) => [e, f, a, b, 0, 0, 0, 0].map(Number),
  },
  scatterAdd: {
    shapes: [[3, 2], [4, 2]],
    fixed: [indices([2, 0, 2, -1])],
    integers: true,
    batch: [1, 2],
    call: (x, u, i) => g.scatterAdd(x, i, u),
    expected: (x = [], u = []) => {
      const y = [...x];
      [2, 0, 2, 2].forEach((row, k) => [0, 1].forEach((j) => (y[2 * row + j] = (y[2 * row + j] ?? NaN) + (u[2 * k + j] ?? NaN))));
      return y;
    },
  },
  "scatterAdd: another axis, indices of rank 2": {
    shapes: [[2, 3, 2], [2, 2, 2, 2]],
    fixed: [indices([1, -3, 1, 1], [2, 2], "int32")],
    integers: true,
    call: (x, u, i) => g.scatterAdd(x, i, u, 1),
  },
  "scatterAdd: one entry": { shapes: [[2, 3], [2]], fixed: [indices([-1], [])], integers: true, call: (x, u, i) => g.scatterAdd(x, i, u, 1), expected: ([a, b, c, d, e, f] = [], [y, z] = []) => [a, b, Number(c) + Number(y), d, e, Number(f) + Number(z)].map(Number) },
  scatterAddAlong: {
    shapes: [[2, 3], [2, 2]],
    fixed: [indices([2, 2, 0, -2], [2, 2])],
    integers: true,
    batch: [0, 1, 2],
    call: (x, u, i) => g.scatterAddAlong(x, i, u, 1),
    expected: ([a, b, c, d, e, f] = [], [p, q, r, s] = []) => [a, b, Number(c) + Number(p) + Number(q), Number(d) + Number(r), Number(e) + Number(s), f].map(Number),
  },
};
