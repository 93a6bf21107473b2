import type { Tensor } from "@fluxion/graph";
import { add, div, formatShape, jvp, mul, neg, ones, reshape, square, sub } from "@fluxion/graph";
import type { AffinePath, Schedule } from "./path.ts";

/** What makes an affine path: two functions of time, written with graph ops. */
export interface AffinePathOptions {
  /** The scale of the data, `[batch]` to `[batch]`: elementwise, 1 (or nearly) at the end. */
  readonly alpha: (t: Tensor) => Tensor;
  /** The scale of the noise, elementwise, `priorStd` at the start. */
  readonly sigma: (t: Tensor) => Tensor;
  /** Default 1. */
  readonly priorStd?: number | undefined;
  /** Default [0, 1]. */
  readonly interval?: readonly [number, number] | undefined;
  /** Names the path in run directories. Default "affine". */
  readonly kind?: string | undefined;
  /** Plain JSON to rebuild it from. Default just the kind. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A path x_t = α(t) x1 + σ(t) x0 (eqs 10 and 11) from two functions; their derivatives come from autodiff.
 *
 * @example
 * const cosine = affinePath({ alpha: (t) => sin(mul(t, Math.PI / 2)), sigma: (t) => cos(mul(t, Math.PI / 2)) });
 * @throws RangeError if the interval is empty or leaves [0, 1], or priorStd is not above 0
 */
export function affinePath({
  alpha,
  sigma,
  priorStd = 1,
  interval = [0, 1],
  kind = "affine",
  config = {},
}: AffinePathOptions): AffinePath {
  const [t0, t1] = interval;
  if (!(t0 >= 0 && t0 < t1 && t1 <= 1)) {
    throw new RangeError(`affinePath: interval: expected 0 <= t0 < t1 <= 1, got [${String(t0)}, ${String(t1)}]`);
  }
  if (!(priorStd > 0 && Number.isFinite(priorStd))) {
    throw new RangeError(`affinePath: priorStd: expected a number above 0, got ${String(priorStd)}`);
  }
  const schedule = (t: Tensor): Schedule => ({
    alpha: alpha(t),
    sigma: sigma(t),
    dAlpha: derivative(alpha, t),
    dSigma: derivative(sigma, t),
  });
  return {
    kind,
    config: { kind, ...config },
    priorStd,
    interval,
    alpha,
    sigma,
    schedule,
    sample(x0, x1, t) {
      const at = timesOf(x1, t);
      const { alpha, sigma, dAlpha, dSigma } = schedule(t);
      return {
        xt: add(mul(at(alpha), x1), mul(at(sigma), x0)),
        velocity: add(mul(at(dAlpha), x1), mul(at(dSigma), x0)),
      };
    },
    conditionalVelocity(x, x1, t) {
      const at = timesOf(x, t);
      const { alpha, sigma, dAlpha, dSigma } = schedule(t);
      return add(mul(at(div(dSigma, sigma)), sub(x, mul(at(alpha), x1))), mul(at(dAlpha), x1));
    },
    conditionalScore(x, x1, t) {
      const at = timesOf(x, t);
      return neg(div(sub(x, mul(at(alpha(t)), x1)), at(square(sigma(t)))));
    },
  };
}

/** d f/dt of an elementwise function at every time of a batch. */
function derivative(f: (t: Tensor) => Tensor, t: Tensor): Tensor {
  const [rate] = jvp([f(t)], [t], [ones([1, ...t.shape])]);
  return reshape(rate, t.shape);
}

/** Lets values per example `[batch]` meet examples `[batch, ...event]`: never by accident along the event. */
export function timesOf(x: Tensor, t: Tensor): (values: Tensor) => Tensor {
  if (t.rank !== 1 || t.shape[0] !== x.shape[0]) {
    throw new RangeError(`path: expected times [batch] for examples ${formatShape(x.shape)}, got ${formatShape(t.shape)}`);
  }
  return (values) => reshape(values, [x.shape[0] ?? 1, ...x.shape.slice(1).map(() => 1)]);
}
