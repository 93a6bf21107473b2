import type { Key } from "../../random/key.ts";

/** How the times of a batch are distributed. */
export interface TimeSampler {
  readonly kind: string;
  /** Plain JSON from which `timesFromConfig` rebuilds it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Fills a batch with times in the interval, t0 and t1 included: a pure function of the key. */
  fill(key: Key, interval: readonly [number, number], out: Float32Array): void;
}

/** Carries fractions of [0, 1] over to an interval, in place. */
export function ontoInterval(out: Float32Array, [t0, t1]: readonly [number, number]): void {
  if (t0 === 0 && t1 === 1) return;
  for (let i = 0; i < out.length; i++) out[i] = t0 + (t1 - t0) * (out[i] ?? NaN);
}
