/** @file What must hold of α, σ and their derivatives over an interval, for a path to go from noise to data. */
import type { ScheduleOf } from "./path.ts";

/** Parts into which the interval is cut, to look at their ends. */
const parts = 64;

/** α, σ and their derivatives at a time. */
interface ScheduleAt extends ScheduleOf<number> {
  readonly t: number;
}

/**
 * Checks a schedule at both ends of the interval and at 63 times between.
 *
 * @returns the schedule at both ends
 * @throws RangeError if it is not finite, σ is not above 0 before the end, or the signal-to-noise ratio falls
 */
export function checkSchedule(
  numbers: (t: readonly number[]) => ScheduleOf<Float64Array>,
  [t0, t1]: readonly [number, number],
): readonly [ScheduleOf<number>, ScheduleOf<number>] {
  const inside = Array.from({ length: parts - 1 }, (_, i) => t0 + ((t1 - t0) * (i + 1)) / parts);
  const times = [t0, ...inside, t1];
  const values = Object.entries(numbers(times)) as readonly (readonly [keyof ScheduleOf<number>, Float64Array])[];
  const all = times.map((t, i) => ({ t, ...Object.fromEntries(values.map(([name, each]) => [name, each[i] ?? NaN])) }) as ScheduleAt);
  const [start, end] = [all[0], all.at(-1)] as [ScheduleAt, ScheduleAt];
  checkEnds(start, end);
  checkInside(all);
  return [start, end];
}

/** The signal-to-noise ratio. */
export const snrOf = ({ alpha, sigma }: Pick<ScheduleOf<number>, "alpha" | "sigma">): number => (alpha / sigma) ** 2;

const infinite = ({ alpha, sigma, dAlpha, dSigma }: ScheduleAt): readonly [string, number] | undefined =>
  Object.entries({ alpha, sigma, dAlpha, dSigma }).find(([, value]) => !Number.isFinite(value));

function checkEnds(start: ScheduleAt, end: ScheduleAt): void {
  for (const at of [start, end]) {
    const bad = infinite(at);
    if (bad) throw new RangeError(`affinePath: interval: expected a finite ${bad[0]} at its ends, got ${bad[1]} at t = ${at.t}; leave this end out`);
  }
  if (snrOf(start) < snrOf(end)) return;
  throw new RangeError(
    `affinePath: expected more signal (alpha²/sigma²) at the end than at the start, got ${snrOf(start)} to ${snrOf(end)}; t = 0 is noise, t = 1 is data`,
  );
}

function checkInside(all: readonly ScheduleAt[]): void {
  let before = 0;
  all.forEach((at, i) => {
    const bad = infinite(at);
    if (bad) throw new RangeError(`affinePath: interval: expected a finite ${bad[0]} inside it, got ${bad[1]} at t = ${at.t}; choose another interval or function`);
    // At the end nothing but data may be left, up to rounding.
    if (at.sigma <= (i < parts ? 0 : -1e-12)) {
      throw new RangeError(`affinePath: sigma: expected noise above 0 before the end, got ${at.sigma} at t = ${at.t}; end the interval earlier`);
    }
    const ratio = snrOf(at);
    // Where the ratio hardly grows it may fall by rounding.
    if (ratio < before * (1 - 1e-12)) {
      throw new RangeError(
        `affinePath: expected a signal-to-noise ratio (alpha²/sigma²) that grows with t, got ${before} and then ${ratio} at t = ${at.t}; t = 0 is noise, t = 1 is data`,
      );
    }
    before = ratio;
  });
}
