import { checkOptions, rowsOf, rowPairOf, squaredDistance } from "../samples.ts";
import type { SampleSet } from "../samples.ts";
import { meanBetween, meanWithin } from "./pair-means.ts";
import type { PairOptions } from "./pair-means.ts";

/** Options of `kernelDiscrepancy`. */
export interface KernelDiscrepancyOptions extends PairOptions {
  /** h of the kernel exp(−‖x − y‖²/(2h²)), above 0. Values of different bandwidths do not compare. */
  readonly bandwidth: number;
}

/**
 * The squared maximum mean discrepancy with the Gaussian kernel (Gretton et al. 2012, eqs 3 and 5). O((n + m)² d).
 *
 * @throws RangeError if dimensions differ or the bandwidth is not above 0
 */
export function kernelDiscrepancy(a: SampleSet, b: SampleSet, options: KernelDiscrepancyOptions): number {
  checkOptions("kernelDiscrepancy", options, ["bandwidth", "unbiased"]);
  const { bandwidth, unbiased = false } = options;
  if (!(bandwidth > 0) || !Number.isFinite(bandwidth)) {
    throw new RangeError(`kernelDiscrepancy: bandwidth: expected a number above 0, got ${bandwidth}; medianDistance(reference) is usual`);
  }
  const [x, y] = rowPairOf("kernelDiscrepancy", a, b, unbiased ? 2 : 1);
  const kernel = (squared: number): number => Math.exp(-squared / (2 * bandwidth ** 2));
  return meanWithin(x, kernel, unbiased) + meanWithin(y, kernel, unbiased) - 2 * meanBetween(x, y, kernel);
}

/** Points whose distances give a bandwidth. */
const most = 1000;

/**
 * The median distance of the first 1000 points of a set from each other. As a bandwidth, take that of the reference:
 * one that depends on the samples too would differ from method to method.
 *
 * @throws RangeError for fewer than two points
 */
export function medianDistance(set: SampleSet): number {
  const rows = rowsOf("medianDistance", set, 2);
  const distances: number[] = [];
  for (let i = 0; i < Math.min(most, rows.n); i++) for (let j = 0; j < i; j++) distances.push(squaredDistance(rows, i, rows, j));
  const sorted = Float64Array.from(distances).sort();
  return Math.sqrt(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
