/** @file Where predictions are regular. Checked on the host, once, where a flow or a trainer is made: programs do not. */
import type { Tensor } from "@fluxion/graph";
import { onHost } from "../paths/host.ts";
import type { AffinePath, Path, Schedule } from "../paths/path.ts";
import { affine, conversion } from "./conversions.ts";
import type { Prediction } from "./conversions.ts";

type Interval = readonly [number, number];

/** A coefficient beyond this is a division by zero, up to rounding. */
const singular = 1e8;
/** How much a cut interval lets an error of the network grow. */
const largestGain = 1e3;

/** Factors `[batch]` of errors, which must be finite. */
export type Factors = (schedule: Schedule, t: Tensor) => readonly Tensor[];

/** The largest factor at each time, in float64. */
function gains(path: AffinePath, factors: Factors, times: readonly number[]): number[] {
  const named = onHost((t) => Object.fromEntries(factors(path.schedule(t), t).map((factor, i) => [String(i), factor])));
  const all = Object.values(named(times));
  return times.map((_, row) => Math.max(...all.map((values) => (Number.isNaN(values[row]) ? Infinity : Math.abs(values[row] ?? NaN)))));
}

/** 1, 2 and 5 times powers of ten, from 1e-9: cuts are round numbers. */
const distances = Array.from({ length: 27 }, (_, i) => Number(`${String([1, 2, 5][i % 3])}e${String(Math.floor(i / 3) - 9)}`));

/** The path's interval, its ends moved inwards where a factor is infinite there, to where none is above `largestGain`. */
export function regularInterval(path: AffinePath, factors: Factors): Interval {
  const [t0, t1] = path.interval;
  const [atStart = Infinity, atEnd = Infinity] = gains(path, factors, [t0, t1]);
  const moved = (end: number, direction: 1 | -1): number => {
    const times = distances.map((distance) => end + direction * distance).filter((t) => t > t0 && t < t1);
    const enough = gains(path, factors, times).findIndex((gain) => gain <= largestGain * (1 + 1e-9));
    const found = times[enough];
    if (found !== undefined) return found;
    throw new RangeError(`path "${path.kind}": expected α and σ that are not 0 inside [${String(t0)}, ${String(t1)}], got a path that is singular throughout`);
  };
  return [atStart > singular ? moved(t0, 1) : t0, atEnd > singular ? moved(t1, -1) : t1];
}

/** What an error of a prediction is multiplied by. */
export function predictionFactors(prediction: Prediction): (schedule: Schedule) => readonly Tensor[] {
  if (prediction === "velocity") return () => [];
  return (schedule) => {
    const { onX, onValue } = conversion(schedule, prediction, "velocity");
    // The score itself is infinite where no noise is left.
    const own = prediction === "score" ? [conversion(schedule, "noise", "score").onValue] : [];
    return [...(onX ? [onX] : []), onValue, ...own];
  };
}

/**
 * Where a network's prediction is regular and turns into a velocity: the path's interval, cut where the conversion divides
 * by zero. At the start of a path with α = 0 the noise is known (x = σ x0) and tells nothing of the data, so noise and score
 * leave the velocity undetermined; where σ = 0 the data is known and tells nothing of the noise. A cut end is the nearest
 * round time at which an error of the network grows at most a thousandfold, such as [1e-3, 1] for noise on the OT path. An end
 * where an error grows by a finite factor, if a larger one, is kept: x1 at the end of the OT path, where it is 1/sigmaMin.
 *
 * @throws RangeError if the path is not affine and the prediction is not the velocity
 */
export function predictionInterval(path: Path, prediction: Prediction): Interval {
  if (prediction === "velocity") return path.interval;
  return regularInterval(affine(`prediction "${prediction}"`, path), predictionFactors(prediction));
}

/** The path on a part of its interval; itself where that is the whole. Its configuration stays that of the whole path. */
export function withInterval<P extends Path>(path: P, interval: Interval): P {
  const [t0, t1] = path.interval;
  return interval[0] === t0 && interval[1] === t1 ? path : { ...path, interval };
}

/**
 * Refuses a conversion that divides by zero at an end of an interval.
 *
 * @param interval - the times at which `convert` will be used
 * @throws RangeError naming conversion, path and time
 */
export function checkConversion(path: AffinePath, from: Prediction, to: Prediction, interval: Interval = path.interval): void {
  if (from === to) return;
  const factors: Factors = (schedule) => {
    const { onX, onValue } = conversion(schedule, from, to);
    return onX ? [onX, onValue] : [onValue];
  };
  gains(path, factors, interval).forEach((gain, i) => {
    if (gain <= singular) return;
    throw new RangeError(
      `convert: ${from} does not determine ${to} at t = ${String(interval[i])} of the path "${path.kind}": expected times where it does; leave out that end, as in [${String(interval[0] + 1e-3)}, ${String(interval[1] - 1e-3)}]`,
    );
  });
}
