import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

export const linearCases: Cases = {
  matmul: { shapes: [[2, 3, 4], [5, 4]], call: (a, b) => g.matmul(a, b, { transposeB: true }) },
};
