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
};
