import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const nnCases: Cases = {
  groupNorm: { shapes: [[2, 4, 3]], call: (x) => g.groupNorm(x, 2) },
};
