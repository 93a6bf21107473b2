import { tableau } from "../tableau.ts";

/** Heun's method, the explicit trapezoidal rule: order 2, two evaluations a step. */
export const heun = tableau({ name: "heun", order: 2, c: [0, 1], a: [[], [1]], b: [1 / 2, 1 / 2] });
