import * as g from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const shapingCases: Cases = {
  broadcastTo: { shapes: [[1, 3]], integers: true, batch: "its leading axis is the one that is repeated", call: (x) => g.broadcastTo(x, [4, 2, 3]) },
  concat: { shapes: [[2, 3], [2, 1]], integers: true, call: (a, b) => g.concat([a, b], 1) },
  expandDims: { shapes: [[2, 3]], integers: true, call: (x) => g.expandDims(x, 1) },
  pad: { shapes: [[2, 3]], integers: true, call: (x) => g.pad(x, 1, 1, 2) },
  reshape: { shapes: [[2, 3]], integers: true, call: (x) => g.reshape(x, [3, -1]) },
  slice: { shapes: [[2, 3]], integers: true, call: (x) => g.slice(x, 1, 1, 3) },
  split: { shapes: [[2, 3]], integers: true, call: (x) => g.split(x, 1, [1, 2])[1] as Tensor },
  squeeze: { shapes: [[2, 1, 3]], integers: true, call: (x) => g.squeeze(x, 1) },
  stack: { shapes: [[2], [2]], integers: true, call: (a, b) => g.stack([a, b]) },
  swapLastTwo: { shapes: [[2, 3, 4]], integers: true, call: (x) => g.swapLastTwo(x) },
  transpose: { shapes: [[2, 3, 4]], integers: true, call: (x) => g.transpose(x, [2, 0, 1]) },
  flip: { shapes: [[2, 3, 4]], integers: true, call: (x) => g.flip(x, [1, -1]) },
  tile: { shapes: [[2, 3]], integers: true, call: (x) => g.tile(x, [2, 3]), expected: (x = []) => [0, 1].flatMap(() => [0, 1].flatMap((i) => [0, 1, 2].flatMap(() => x.slice(3 * i, 3 * i + 3)))) },
  gather: {
    shapes: [[2, 4, 3]],
    integers: true,
    fixed: [{ dtype: "int32", shape: [2, 2], values: [0, 3, 3, 1] }],
    batch: [0],
    call: (x, i) => g.gather(x, i, 1),
  },
  "gather: rows by int64": {
    shapes: [[5, 2]],
    fixed: [{ dtype: "int64", shape: [3], values: [4, 0, 4] }],
    batch: [1],
    call: (x, i) => g.gather(x, i),
    expected: (x = []) => [...x.slice(8, 10), ...x.slice(0, 2), ...x.slice(8, 10)],
  },
  scatterAdd: {
    shapes: [[2, 4, 3], [2, 3, 3]],
    integers: true,
    fixed: [{ dtype: "int32", shape: [3], values: [1, 3, 1] }],
    batch: [0, 1],
    call: (x, u, i) => g.scatterAdd(x, i, u, 1),
  },
  oneHot: {
    shapes: [[4, 3]],
    fixed: [{ dtype: "int32", shape: [4], values: [2, 0, 3, 1] }],
    batch: [0, 1],
    call: (x, i) => g.mul(g.oneHot(i, 3, x.dtype), x),
    expected: (x = []) => x.map((v, at) => ([2, 0, 3, 1][Math.floor(at / 3)] === at % 3 ? v : 0)),
  },
  arange: { shapes: [[4, 2]], call: (x) => g.mul(x, g.expandDims(g.arange(x.shape[0] ?? 0, x.dtype), 1)), expected: (x = []) => x.map((v, i) => v * Math.floor(i / 2)) },
};
