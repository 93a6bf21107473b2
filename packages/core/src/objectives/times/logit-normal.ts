import { normal } from "../../random/index.ts";
import { ontoInterval } from "./time-sampler.ts";
import type { TimeSampler } from "./time-sampler.ts";

/** Options of `logitNormalTimes` and `edmTimes`. */
export interface NormalTimesOptions {
  /** Of the normal variable. */
  readonly mean?: number | undefined;
  /** Its standard deviation, above 0. */
  readonly std?: number | undefined;
}

/** 1/(1 + e^−z), the time of a standard normal `n`, z = mean + std n. */
export function logitNormalTime(n: number, { mean = 0, std = 1 }: NormalTimesOptions = {}): number {
  return 1 / (1 + Math.exp(-(mean + std * n)));
}

/**
 * Logit-normal times (Esser et al. 2024): most of them in the middle, where the task is hardest.
 *
 * @param options - mean (default 0; above 0 nearer to the data) and std (default 1) of the logit
 * @throws RangeError if the std is not above 0 or the mean is not finite
 */
export function logitNormalTimes({ mean = 0, std = 1 }: NormalTimesOptions = {}): TimeSampler {
  checkNormal("logitNormalTimes", mean, std);
  return { kind: "logit-normal", config: { kind: "logit-normal", mean, std }, fill: filled((n) => logitNormalTime(n, { mean, std })) };
}

/** Times that are a function of a standard normal. */
export function filled(timeOf: (n: number) => number): TimeSampler["fill"] {
  return (key, interval, out) => {
    normal(key, out);
    for (let i = 0; i < out.length; i++) out[i] = timeOf(out[i] ?? NaN);
    ontoInterval(out, interval);
  };
}

/** @throws RangeError naming the option */
export function checkNormal(name: string, mean: number, std: number): void {
  if (!Number.isFinite(mean)) throw new RangeError(`${name}: mean: expected a number, got ${String(mean)}`);
  if (!(std > 0 && Number.isFinite(std))) throw new RangeError(`${name}: std: expected a number above 0, got ${String(std)}`);
}
