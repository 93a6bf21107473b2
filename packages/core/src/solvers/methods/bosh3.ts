import { tableau } from "../tableau.ts";

/** Bogacki and Shampine 1989: order 3 with an embedded order 2, three evaluations an accepted step. */
export const bosh3 = tableau({
  name: "bosh3",
  order: 3,
  c: [0, 1 / 2, 3 / 4, 1],
  a: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
  b: [2 / 9, 1 / 3, 4 / 9, 0],
  bError: [2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8],
});
