import { uniform } from "../../random/index.ts";
import { ontoInterval } from "./time-sampler.ts";
import type { TimeSampler } from "./time-sampler.ts";

/** Options of `modeTimes`. */
export interface ModeTimesOptions {
  /** From −1 to 2/(π − 2) = 1.75: above 0 more times in the middle, below 0 more at the ends. Default 1.29. */
  readonly scale?: number | undefined;
}

/** The time of a uniform `u`: u + s (u − sin²(πu/2)), which grows from 0 to 1 and keeps 1/2. */
export function modeTime(u: number, { scale = 1.29 }: ModeTimesOptions = {}): number {
  return u + scale * (u - Math.sin((Math.PI / 2) * u) ** 2);
}

/** Beyond these the time would not grow with u. */
const [least, most] = [-1, 2 / (Math.PI - 2)];

/**
 * Times by mode sampling with heavy tails (Esser et al. 2024): most in the middle, as logit-normal, but both ends are drawn too.
 *
 * @throws RangeError for a scale out of range
 */
export function modeTimes({ scale = 1.29 }: ModeTimesOptions = {}): TimeSampler {
  if (!(scale >= least && scale <= most)) throw new RangeError(`modeTimes: scale: expected a number from -1 to ${most.toFixed(2)}, got ${String(scale)}`);
  return {
    kind: "mode",
    config: { kind: "mode", scale },
    fill: (key, interval, out) => {
      uniform(key, out);
      // Rounding may pass an end.
      for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(0, modeTime(out[i] ?? NaN, { scale })));
      ontoInterval(out, interval);
    },
  };
}
