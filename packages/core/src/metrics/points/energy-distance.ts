import { checkOptions, rowPairOf } from "../samples.ts";
import type { SampleSet } from "../samples.ts";
import { meanBetween, meanWithin } from "./pair-means.ts";
import type { PairOptions } from "./pair-means.ts";

/**
 * 2 E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖ (Székely and Rizzo 2013); SciPy's `energy_distance` is its root. O((n + m)² d).
 *
 * @throws RangeError if dimensions differ
 */
export function energyDistance(a: SampleSet, b: SampleSet, options: PairOptions = {}): number {
  checkOptions("energyDistance", options, ["unbiased"]);
  const { unbiased = false } = options;
  const [x, y] = rowPairOf("energyDistance", a, b, unbiased ? 2 : 1);
  return 2 * meanBetween(x, y, Math.sqrt) - meanWithin(x, Math.sqrt, unbiased) - meanWithin(y, Math.sqrt, unbiased);
}
