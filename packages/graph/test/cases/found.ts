/** @file What random programs found: one row for each bug, beside the rows of its op. */
import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const foundCases: Cases = {
  "max: over no axes": { shapes: [[2, 3]], integers: true, call: (x) => g.max(x, { axes: [] }) },
  "prod: over no axes": { shapes: [[2, 3]], call: (x) => g.prod(x, { axes: [] }) },
};
