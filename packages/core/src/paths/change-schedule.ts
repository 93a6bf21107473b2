import type { Tensor } from "@fluxion/graph";
import { add, div, mul, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import type { AffinePath, Schedule, ScheduleOf } from "./path.ts";

/** u^to_t(x) = onX · x + onVelocity · u^from_time(x / scale), each of the shape of t. */
export interface ChangeCoefficients {
  /** The time of the model's path that has the signal-to-noise ratio of t. */
  readonly time: Tensor;
  readonly scale: Tensor;
  readonly onX: Tensor;
  readonly onVelocity: Tensor;
}

/** What a change of schedule leaves out of a path's interval. */
export interface Cut {
  /** The length of time at the start. */
  readonly start: number;
  /** The length of time at the end. */
  readonly end: number;
}

/** A model's velocity field along another path than that of its training. */
export interface ScheduleChange {
  /**
   * The path to integrate along: the new one on the times whose signal-to-noise ratios both paths have. Where the model's
   * path ends first, it is scaled by a constant so that it ends in the model's samples.
   */
  readonly path: AffinePath;
  /** The times at which the model is evaluated. */
  readonly modelInterval: readonly [number, number];
  /** The signal-to-noise ratios at start and end. */
  readonly snr: readonly [number, number];
  /** What is left out of the model's path, and of the new one. */
  readonly cut: { readonly from: Cut; readonly to: Cut };
  /** How the velocity along `path` comes from the model's at times of any shape. */
  coefficients(t: Tensor): ChangeCoefficients;
}

/**
 * Samples a model of one affine path along another. Two affine paths differ by a change of time and scale: where s is the
 * time at which `from` has the signal-to-noise ratio that `to` has at t, and c(t) the ratio of their noises,
 *
 *     u^to_t(x) = (c'/c) x + c s' u^from_s(x/c).
 *
 * The marginals at the common ratios are the same up to that scale, so the samples are those of the model, but for what the
 * solver and a cut do. Ends at which s' is infinite (the start of `polynomialPath`) are left out up to a signal of 1e-5
 * times the noise, or the other way round; where both are left (the end of a smoothed cosine), up to 1e-5 of their ratio.
 *
 * @param from - the path that the model was trained on
 * @param to - the path to integrate along
 * @throws RangeError if the paths have no signal-to-noise ratios in common
 */
export function changeSchedule(from: AffinePath, to: AffinePath): ScheduleChange {
  const [low, high] = commonRatios(from, to);
  const [s0, s1] = [from.timeOfSnr(low), from.timeOfSnr(high)];
  const [t0, t1] = [to.timeOfSnr(low), to.timeOfSnr(high)];
  // A model that ends first ends in its own samples, not in scaled ones.
  const scale = from.snr(from.interval[1]) < to.snr(to.interval[1]) ? size(from.at(s1)) / size(to.at(t1)) : 1;
  const startsAs = t0 === to.interval[0];
  const priorStd = scale * (startsAs ? to.priorStd : (from.priorStd * size(to.at(t0))) / size(from.at(s0)));
  const path = affinePath({
    kind: "changed",
    config: { path: to.config, scale, interval: [t0, t1] },
    interval: [t0, t1],
    priorStd,
    alpha: (t) => mul(to.alpha(t), scale),
    sigma: (t) => mul(to.sigma(t), scale),
    timeOfSnr: (snr) => to.timeOfSnr(snr),
  });
  return {
    path,
    modelInterval: [s0, s1],
    snr: [low, high],
    cut: { from: cutOf(from, s0, s1), to: cutOf(to, t0, t1) },
    coefficients: (t) => {
      const time = from.timeOfSnr(to.snr(t));
      const [a, b] = [from.schedule(time), path.schedule(t)];
      const scale = div(add(b.alpha, b.sigma), add(a.alpha, a.sigma));
      const speed = div(shareRate(b), shareRate(a));
      return { time, scale, onX: sub(sizeRate(b), mul(sizeRate(a), speed)), onVelocity: mul(scale, speed) };
    },
  };
}

// The share of the signal α/(α + σ) tells the same as the signal-to-noise ratio, and the size α + σ stands for the scale:
// both are finite, with their derivatives, where α or σ is 0.

const size = ({ alpha, sigma }: ScheduleOf<number>): number => alpha + sigma;

/** The derivative of log(α + σ). */
const sizeRate = ({ alpha, sigma, dAlpha, dSigma }: Schedule): Tensor => div(add(dAlpha, dSigma), add(alpha, sigma));

/** The derivative of α/(α + σ). */
function shareRate({ alpha, sigma, dAlpha, dSigma }: Schedule): Tensor {
  const total = add(alpha, sigma);
  return div(sub(mul(dAlpha, sigma), mul(alpha, dSigma)), mul(total, total));
}

/** What is cut off a ratio that is neither 0 nor infinite, where a path stands still. */
const finiteCut = 1e-5;

/** The signal-to-noise ratios that both paths have, without ends at which one stands still beside the other. */
function commonRatios(from: AffinePath, to: AffinePath): readonly [number, number] {
  const range = (path: AffinePath): readonly [number, number] => [path.snr(path.interval[0]), path.snr(path.interval[1])];
  const [[fromLow, fromHigh], [toLow, toHigh]] = [range(from), range(to)];
  let [low, high] = [Math.max(fromLow, toLow), Math.min(fromHigh, toHigh)];
  if (!isRegular(from, to, low)) low = Math.max(low * (1 + finiteCut), 1e-10);
  if (!isRegular(from, to, high)) high = Math.min(high * (1 - finiteCut), 1e10);
  if (low < high) return [low, high];
  const [a, b, c, d] = [fromLow, fromHigh, toLow, toHigh].map((ratio) => Number(ratio.toPrecision(4)));
  throw new RangeError(`changeSchedule: expected paths with signal-to-noise ratios in common, got ${String(a)} to ${String(b)} and ${String(c)} to ${String(d)}`);
}

/** Whether the time of one path has a finite speed in that of the other at a ratio. */
function isRegular(from: AffinePath, to: AffinePath, snr: number): boolean {
  const [a, b] = [from.at(from.timeOfSnr(snr)), to.at(to.timeOfSnr(snr))].map(
    ({ alpha, sigma, dAlpha, dSigma }) => dAlpha * sigma - alpha * dSigma,
  );
  // A derivative that should be 0 may be a rounding error.
  return Math.abs((b ?? NaN) / (a ?? NaN)) < 1e8;
}

const cutOf = ({ interval: [start, end] }: AffinePath, first: number, last: number): Cut => ({ start: first - start, end: end - last });
