import { rowsOf } from "../samples.ts";
import type { SampleSet } from "../samples.ts";

/** Mean and covariance of a set, in float64. */
export interface Moments {
  /** Examples they are of; `Infinity` for those of a density. */
  readonly count: number;
  /** `[d]` */
  readonly mean: Float64Array;
  /** `[d, d]`, with n − 1 in the denominator; zeros for one example. */
  readonly covariance: Float64Array;
}

/**
 * Mean and unbiased covariance of examples `[n, ...event]`, in two passes, so that a large offset costs no digits.
 *
 * @throws RangeError for no examples or values that are not finite
 */
export function moments(set: SampleSet): Moments {
  const { data, n, d } = rowsOf("moments", set);
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j] = (mean[j] ?? 0) + ((data[i * d + j] ?? 0) - (mean[j] ?? 0)) / (i + 1);
  const covariance = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) centred[j] = (data[i * d + j] ?? 0) - (mean[j] ?? 0);
    addOuter(covariance, centred, 1);
  }
  return { count: n, mean, covariance: symmetric(covariance, d, 1 / Math.max(1, n - 1)) };
}

/**
 * Moments of two sets together, so that a large set may come in parts (Chan, Golub and LeVeque 1983).
 *
 * @throws RangeError if dimensions differ or a count is not finite
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  checkMoments("mergeMoments", a, b);
  const count = a.count + b.count;
  if (!Number.isFinite(count)) throw new RangeError(`mergeMoments: expected moments of examples, got counts ${a.count} and ${b.count}; give the counts`);
  const d = a.mean.length;
  const difference = b.mean.map((value, j) => value - (a.mean[j] ?? 0));
  const covariance = a.covariance.map((value, i) => value * (a.count - 1) + (b.covariance[i] ?? 0) * (b.count - 1));
  addOuter(covariance, difference, (a.count * b.count) / count);
  return {
    count,
    mean: a.mean.map((value, j) => value + ((difference[j] ?? 0) * b.count) / count),
    covariance: symmetric(covariance, d, 1 / (count - 1)),
  };
}

/**
 * Refuses moments that do not fit each other or themselves.
 *
 * @throws RangeError naming both shapes
 */
export function checkMoments(name: string, ...all: readonly Moments[]): void {
  const d = all[0]?.mean.length ?? 0;
  for (const { mean, covariance } of all) {
    if (mean.length === d && covariance.length === d * d) continue;
    throw new RangeError(`${name}: expected means [${d}] and covariances [${d}, ${d}], got ${mean.length} and ${covariance.length} values; use one feature network for both`);
  }
}

/** Adds scale · x xᵀ to the upper triangle. */
function addOuter(matrix: Float64Array, x: Float64Array, scale: number): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
    const times = scale * (x[i] ?? 0);
    if (times === 0) continue;
    for (let j = i, at = i * d; j < d; j++) matrix[at + j] = (matrix[at + j] ?? 0) + times * (x[j] ?? 0);
  }
}

/** Scales the upper triangle and mirrors it, in place. */
function symmetric(matrix: Float64Array, d: number, scale: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      const value = (matrix[i * d + j] ?? 0) * scale;
      matrix[i * d + j] = value;
      matrix[j * d + i] = value;
    }
  }
  return matrix;
}
