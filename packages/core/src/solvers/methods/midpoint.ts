import { tableau } from "../tableau.ts";

/** The explicit midpoint rule: order 2, two evaluations a step; the paper's solver at low NFE (Figs 4 and 7). */
export const midpoint = tableau({ name: "midpoint", order: 2, c: [0, 1 / 2], a: [[], [1 / 2]], b: [0, 1] });
