import type { Tensor } from "@fluxion/graph";

/** A noisy example and the velocity that the network regresses, both `[batch, ...event]`. */
export interface PathSample {
  readonly xt: Tensor;
  readonly velocity: Tensor;
}

/**
 * A conditional Gaussian probability path p_t(x|x1) = N(μ_t(x1), σ_t(x1)² I) (eq 10), t = 0 noise, t = 1 data.
 *
 * Times are `[batch]` everywhere, whatever the shape of an example.
 */
export interface Path {
  readonly kind: string;
  /**
   * Plain JSON that says what the path is. `pathFromConfig` rebuilds the paths of `pathOptions` from it, on their whole
   * interval, and refuses all others: functions of one's own are no JSON.
   */
  readonly config: Readonly<Record<string, unknown>>;
  /** The prior is N(0, priorStd² I). */
  readonly priorStd: number;
  /** Where the path and its velocity are defined; no solver leaves it. */
  readonly interval: readonly [number, number];
  /**
   * x_t = σ_t(x1) x0 + μ_t(x1) and its derivative by time (paper, eqs 11 and 14).
   *
   * @param x0 - unit normal noise `[batch, ...event]`
   * @param x1 - data `[batch, ...event]`
   * @param t - `[batch]`
   */
  sample(x0: Tensor, x1: Tensor, t: Tensor): PathSample;
  /**
   * u_t(x|x1) = (σ'/σ)(x − μ) + μ' (Theorem 3, eq 15), `[batch, ...event]`. At an end where σ is 0 every x but μ has an infinite
   * one, and μ has NaN: there `sample` knows the velocity of every trajectory.
   */
  conditionalVelocity(x: Tensor, x1: Tensor, t: Tensor): Tensor;
  /** ∇ log p_t(x|x1) = −(x − μ)/σ², `[batch, ...event]`; infinite or NaN where σ is 0. */
  conditionalScore(x: Tensor, x1: Tensor, t: Tensor): Tensor;
  /** log p_t(x|x1) in nats, `[batch]`. */
  conditionalLogDensity(x: Tensor, x1: Tensor, t: Tensor): Tensor;
}

/** The coefficients of x_t = α x1 + σ x0 and their derivatives by time. */
export interface ScheduleOf<T> {
  readonly alpha: T;
  readonly sigma: T;
  readonly dAlpha: T;
  readonly dSigma: T;
}

/** The coefficients at times `[batch]`, each `[batch]`. */
export type Schedule = ScheduleOf<Tensor>;

/** A path whose mean is α(t) x1 and whose standard deviation σ(t) is that of every data point. */
export interface AffinePath extends Path {
  alpha(t: Tensor): Tensor;
  sigma(t: Tensor): Tensor;
  /** α, σ, α' and σ' at times `[batch]`. */
  schedule(t: Tensor): Schedule;
  /** α, σ, α' and σ' at one time, in float64 on the host. */
  at(t: number): ScheduleOf<number>;
  /** The signal-to-noise ratio α²/σ² at times `[batch]`, or at one time in float64; Infinity where σ is 0. */
  snr(t: Tensor): Tensor;
  snr(t: number): number;
  /**
   * The time at which the signal-to-noise ratio is `snr`, the inverse of `snr(t)`. A ratio beyond those of the interval,
   * infinity included, gives the end of the interval.
   */
  timeOfSnr(snr: Tensor): Tensor;
  timeOfSnr(snr: number): number;
}
