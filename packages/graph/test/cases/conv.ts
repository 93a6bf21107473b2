import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const convCases: Cases = {
  conv2d: { shapes: [[2, 2, 5, 4], [3, 2, 3, 3]], call: (x, w) => g.conv2d(x, w, { stride: 2, padding: 1 }) },
  avgPool2d: { shapes: [[1, 2, 4, 4]], call: (x) => g.avgPool2d(x, 2) },
  upsampleNearest: { shapes: [[1, 2, 2, 3]], call: (x) => g.upsampleNearest(x, 2) },
};
