import { checkNormal, filled, logitNormalTime } from "./logit-normal.ts";
import type { NormalTimesOptions } from "./logit-normal.ts";
import type { TimeSampler } from "./time-sampler.ts";

/**
 * 1/(1 + e^z), the time of a standard normal `n`, z = mean + std n: where the straight path has the noise level σ/α = e^z.
 */
export function edmTime(n: number, { mean = -1.2, std = 1.2 }: NormalTimesOptions = {}): number {
  return logitNormalTime(n, { mean: -mean, std: -std });
}

/**
 * Times whose noise level σ/α on the straight path is log-normal (Karras et al. 2022), skewed towards the data. It is a
 * logit-normal distribution of mean −`mean`.
 *
 * @param options - mean (default −1.2) and std (default 1.2) of the logarithm of the noise level
 * @throws RangeError if the std is not above 0 or the mean is not finite
 */
export function edmTimes({ mean = -1.2, std = 1.2 }: NormalTimesOptions = {}): TimeSampler {
  checkNormal("edmTimes", mean, std);
  return { kind: "edm", config: { kind: "edm", mean, std }, fill: filled((n) => edmTime(n, { mean, std })) };
}
