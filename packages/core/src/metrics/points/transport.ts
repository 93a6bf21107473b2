/** @file How far, and how straight, a flow carries its points. */
import { meanAndError } from "../../flow/index.ts";
import { rowPairOf, squaredDistance } from "../samples.ts";
import type { Rows, SampleSet } from "../samples.ts";

/** A mean over points. */
export interface MeanOverPoints {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * E‖x₁ − x₀‖² of points `[n, ...event]` and where they are carried to; at least W₂² of the two distributions.
 *
 * @throws RangeError if shapes differ
 */
export function transportCost(x0: SampleSet, x1: SampleSet): MeanOverPoints {
  const [from, to] = pairedRows("transportCost", x0, x1);
  return meanAndError(Float64Array.from({ length: from.n }, (_, i) => squaredDistance(from, i, to, i)));
}

/**
 * ∫ E‖(x₁ − x₀) − v_t‖² dt of trajectories (Liu et al. 2023, eq 7): 0 where points move along lines at constant speed.
 * Times are scaled to [0, 1], and v_t is that of the chords between the states, so the integral is that of the broken
 * line: below that of the curve by O(Δt²).
 *
 * @param states - the same points `[n, ...event]` at growing times
 * @param times - of the states, the first and the last of them the ends
 * @throws RangeError if states and times disagree, times do not grow, or there are fewer than three
 */
export function pathStraightness(states: readonly SampleSet[], times: readonly number[]): MeanOverPoints {
  const [t0 = 0, t1 = 0] = [times[0], times.at(-1)];
  const grow = times.every((t, i) => i === 0 || t > (times[i - 1] ?? Infinity));
  const [first, last] = [states[0], states.at(-1)];
  if (states.length !== times.length || times.length < 3 || !grow || !first || !last) {
    throw new RangeError(`pathStraightness: expected states at three or more growing times, got ${states.length} states at [${times.join(", ")}]; two states are always straight`);
  }
  const [start, end] = pairedRows("pathStraightness", first, last);
  const deviations = new Float64Array(start.n);
  states.slice(1).forEach((state, k) => {
    const [from, to] = pairedRows("pathStraightness", states[k] ?? first, state);
    const share = ((times[k + 1] ?? 0) - (times[k] ?? 0)) / (t1 - t0);
    for (let i = 0; i < start.n; i++) deviations[i] = (deviations[i] ?? 0) + share * chordDeviation([start, end, from, to], i, share);
  });
  return meanAndError(deviations);
}

/** ‖(x₁ − x₀) − Δx/Δt‖² of one point on one chord. */
function chordDeviation([start, end, from, to]: readonly [Rows, Rows, Rows, Rows], i: number, share: number): number {
  let total = 0;
  for (let j = i * start.d; j < (i + 1) * start.d; j++) {
    const whole = (end.data[j] ?? 0) - (start.data[j] ?? 0);
    total += (whole - ((to.data[j] ?? 0) - (from.data[j] ?? 0)) / share) ** 2;
  }
  return total;
}

function pairedRows(name: string, a: SampleSet, b: SampleSet): readonly [Rows, Rows] {
  const pair = rowPairOf(name, a, b);
  if (pair[0].n === pair[1].n) return pair;
  throw new RangeError(`${name}: expected the same points in every state, got ${pair[0].n} and ${pair[1].n}`);
}
