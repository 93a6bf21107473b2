import type { Tensor } from "@fluxion/graph";
import { broadcastTo, clip, div, formatShape, greaterEqual, lessEqual, mul, square, where } from "@fluxion/graph";
import { bisectSnr } from "./bisect-snr.ts";
import { checkSchedule, snrOf } from "./check-schedule.ts";
import { firstOf, onBoth, onHost } from "./host.ts";
import { membersFrom } from "./moments.ts";
import { checkInterval, checkPositive } from "./options.ts";
import type { AffinePath, Schedule, ScheduleOf } from "./path.ts";
import { timeDerivative, timesOf } from "./times.ts";

/** What makes an affine path: two functions of time, written with graph ops. */
export interface AffinePathOptions {
  /** The scale of the data, `[batch]` to `[batch]`: elementwise, 1 (or nearly) at the end. */
  readonly alpha: (t: Tensor) => Tensor;
  /** The scale of the noise, elementwise, `priorStd` (or nearly) at the start. */
  readonly sigma: (t: Tensor) => Tensor;
  /** The time of a signal-to-noise ratio α²/σ², elementwise, where a formula is known. Default: found by bisection. */
  readonly timeOfSnr?: ((snr: Tensor) => Tensor) | undefined;
  /** Default σ at the start of the interval. */
  readonly priorStd?: number | undefined;
  /** Default [0, 1]. */
  readonly interval?: readonly [number, number] | undefined;
  /** Names the path in run directories. Default "affine". */
  readonly kind?: string | undefined;
  /** Plain JSON to rebuild it from. Default just the kind. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A path x_t = α(t) x1 + σ(t) x0 (eqs 10 and 11) from two functions; their derivatives come from autodiff. It is
 * `gaussianPath` with μ = α(t) x1 and σ = σ(t).
 *
 * @example
 * const cosine = affinePath({ alpha: (t) => sin(mul(t, Math.PI / 2)), sigma: (t) => cos(mul(t, Math.PI / 2)) });
 * @throws RangeError if the interval is empty or leaves [0, 1], or priorStd is not above 0; and, as far as both ends of the
 * interval and 63 times between tell, if α, σ or a derivative is not finite, σ is not above 0 before the end, or the
 * signal-to-noise ratio falls
 */
export function affinePath({
  alpha: alphaOf,
  sigma: sigmaOf,
  timeOfSnr,
  priorStd: givenStd,
  interval = [0, 1],
  kind = "affine",
  config = {},
}: AffinePathOptions): AffinePath {
  checkInterval("affinePath", interval);
  const alpha = (t: Tensor): Tensor => elementwise("alpha", alphaOf(t), t);
  const sigma = (t: Tensor): Tensor => elementwise("sigma", sigmaOf(t), t);
  const schedule = (t: Tensor): Schedule => {
    const [a, s] = [alpha(t), sigma(t)];
    return { alpha: a, sigma: s, dAlpha: timeDerivative(a, t), dSigma: timeDerivative(s, t) };
  };
  const numbers = onHost((t) => ({ ...schedule(t) }));
  const at = (t: number): ScheduleOf<number> => firstOf(numbers([t]));
  const [start, end] = checkSchedule(numbers, interval);
  const priorStd = givenStd ?? start.sigma;
  checkPositive("affinePath", "priorStd", priorStd);

  const ratio = (t: Tensor): Tensor => square(div(alpha(t), sigma(t)));
  return {
    kind,
    config: { kind, ...config },
    priorStd,
    interval,
    alpha,
    sigma,
    schedule,
    at,
    snr: onBoth(ratio),
    timeOfSnr: onBoth(inverseOnInterval(timeOfSnr ?? bisectSnr(ratio, interval), interval, [snrOf(start), snrOf(end)])),
    ...membersFrom((x1, t) => {
      const per = timesOf(x1, t);
      const { alpha: a, sigma: s, dAlpha, dSigma } = schedule(t);
      return { mean: mul(per(a), x1), std: per(s), dMean: mul(per(dAlpha), x1), dStd: per(dSigma) };
    }),
  };
}

/** A value for every time; a constant stands for all of them. */
function elementwise(name: string, values: Tensor, t: Tensor): Tensor {
  if (values.rank === 0) return broadcastTo(values, t.shape);
  if (values.shape.join() === t.shape.join()) return values;
  throw new RangeError(
    `affinePath: ${name}: expected a value for each time ${formatShape(t.shape)}, got ${formatShape(values.shape)}; use elementwise ops`,
  );
}

/** Bounds ratios first, so that a formula need not know what lies beyond the interval, and gives both ends exactly. */
function inverseOnInterval(
  inverse: (snr: Tensor) => Tensor,
  [t0, t1]: readonly [number, number],
  [low, high]: readonly [number, number],
): (snr: Tensor) => Tensor {
  return (snr) => {
    const t = clip(inverse(clip(snr, low, high)), t0, t1);
    return where(greaterEqual(snr, high), t1, where(lessEqual(snr, low), t0, t));
  };
}
