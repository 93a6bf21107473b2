import { tableau } from "../tableau.ts";

/** Euler's method: order 1, one evaluation a step. */
export const euler = tableau({ name: "euler", order: 1, c: [0], a: [[]], b: [1] });
