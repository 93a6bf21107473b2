/** @file What random programs found: one row for each bug, beside the rows of its op. */
import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const foundCases: Cases = {
  "cast: there and back, into a scan": {
    shapes: [[3]],
    call: (x) => {
      const same = g.cast(g.cast(x, "float64"), x.dtype);
      return g.scan({ carry: [same], xs: [same] }, ([total], [value]) => ({ carry: [g.add(total, value)], ys: [g.mul(total, same)] })).ys[0];
    },
  },
  "max: over no axes": { shapes: [[2, 3]], integers: true, call: (x) => g.max(x, { axes: [] }) },
  "prod: over no axes": { shapes: [[2, 3]], call: (x) => g.prod(x, { axes: [] }) },
  "sum: of repeated rows": { shapes: [[1, 3]], batch: "its leading axis is the one that is repeated", call: (x) => g.sum(g.broadcastTo(x, [4, 3]), { axes: [0, 1] }) },
  "pad: between transposes": {
    shapes: [[3, 2, 2], [2, 3, 3], [2, 3, 5]],
    batch: "the first axis of one operand is the second of another",
    call: (x, y, z) => g.matmul(g.add(y, g.pad(g.transpose(x, [2, 0, 1]), 2, 0, 1)), z, { transposeA: true }),
  },
  "avgPool2d: of one pixel, padded before": { shapes: [[2, 2, 2, 3]], call: (x) => g.avgPool2d(g.pad(x, 2, 0, 1), 1) },
  "avgPool2d: padded before by more than its window": { shapes: [[2, 1, 2, 2]], call: (x) => g.avgPool2d(g.pad(g.pad(x, 2, 3, 3), 3, 3, 3), 2) },
  "maxPool2d: padded before": { shapes: [[2, 1, 2, 2]], call: (x) => g.maxPool2d(g.pad(g.pad(g.sub(x, 2), 2, 1, 1), 3, 1, 1), 2) },
  "matmul: of scales of scales": {
    shapes: [[2, 3, 3], [2, 3, 3]],
    call: (x, w) => {
      const [half, third] = [g.mul(x, 0.5), g.div(g.mul(x, 0.5), 3)];
      return g.add(g.matmul(half, w), g.matmul(third, w));
    },
  },
  "matmul: of nothing times nothing": {
    shapes: [[2, 3, 3], [2, 3, 3]],
    call: (x, w) => {
      const nothing = g.mul(x, 0);
      return g.add(g.matmul(nothing, w), g.matmul(g.mul(nothing, 0), w));
    },
  },
};
