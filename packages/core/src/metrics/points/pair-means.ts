/** @file Means over pairs of points, which energy distance and kernel discrepancies are made of. */
import { squaredDistance } from "../samples.ts";
import type { Rows } from "../samples.ts";

/** The mean of f(‖x − y‖²) over all pairs of two sets. */
export function meanBetween(x: Rows, y: Rows, f: (squared: number) => number): number {
  let total = 0;
  for (let i = 0; i < x.n; i++) for (let j = 0; j < y.n; j++) total += f(squaredDistance(x, i, y, j));
  return total / (x.n * y.n);
}

/** The mean of f(‖x − x'‖²) over the pairs of one set: without those of a point and itself, if `unbiased`. */
export function meanWithin(x: Rows, f: (squared: number) => number, unbiased: boolean): number {
  let total = 0;
  for (let i = 0; i < x.n; i++) for (let j = 0; j < i; j++) total += f(squaredDistance(x, i, x, j));
  return unbiased ? (2 * total) / (x.n * (x.n - 1)) : (2 * total + x.n * f(0)) / x.n ** 2;
}

/** Options of distances that are means over pairs. */
export interface PairOptions {
  /**
   * Whether pairs of a point and itself are left out: then the mean over draws does not depend on the number of points,
   * and a value may be below 0. Default false: 0 for equal sets, never below.
   */
  readonly unbiased?: boolean | undefined;
}
