import type { Tensor } from "@fluxion/graph";
import { formatShape } from "@fluxion/graph";
import { membersFrom } from "./moments.ts";
import { checkInterval, checkPositive } from "./options.ts";
import type { Path } from "./path.ts";
import { timeDerivative, timesOf } from "./times.ts";

/** What makes a Gaussian path: its mean and standard deviation, written with graph ops. */
export interface GaussianPathOptions {
  /** μ_t(x1): times `[batch]` and data `[batch, ...event]` to `[batch, ...event]`, each example from its own only. */
  readonly mean: (t: Tensor, x1: Tensor) => Tensor;
  /** σ_t(x1): times `[batch]` and data `[batch, ...event]` to `[batch]`, above 0 inside the interval. */
  readonly std: (t: Tensor, x1: Tensor) => Tensor;
  /** The prior is N(0, priorStd² I): what mean and std must tend to at the start. Default 1. */
  readonly priorStd?: number | undefined;
  /** Default [0, 1]. */
  readonly interval?: readonly [number, number] | undefined;
}

/**
 * A path p_t(x|x1) = N(μ_t(x1), σ_t(x1)² I) (eq 10) from two functions; their derivatives by time come from autodiff, and
 * the velocity is Theorem 3's. Where μ is a multiple of x1 and σ depends on time alone, `affinePath` knows more: its
 * signal-to-noise ratio, conversions between predictions, changes of schedule.
 *
 * @example
 * // Bends the way to every point by its own norm.
 * const path = gaussianPath({
 *   mean: (t, x1) => mul(x1, expandDims(pow(t, add(1, norm(x1, { axes: [1] }))), 1)),
 *   std: (t) => sub(1, mul(t, 0.999)),
 * });
 * @throws RangeError if the interval is empty or leaves [0, 1], or priorStd is not above 0
 */
export function gaussianPath({ mean, std, priorStd = 1, interval = [0, 1] }: GaussianPathOptions): Path {
  checkInterval("gaussianPath", interval);
  checkPositive("gaussianPath", "priorStd", priorStd);
  return {
    kind: "gaussian",
    config: { kind: "gaussian" },
    priorStd,
    interval,
    ...membersFrom((x1, t) => {
      const at = timesOf(x1, t);
      const mu = checkShape("mean", mean(t, x1), x1);
      const sigma = checkShape("std", std(t, x1), t);
      return { mean: mu, std: at(sigma), dMean: timeDerivative(mu, t), dStd: at(timeDerivative(sigma, t)) };
    }),
  };
}

function checkShape(name: string, value: Tensor, like: Tensor): Tensor {
  if (value.shape.join() === like.shape.join()) return value;
  const what = name === "mean" ? "[batch, ...event] as the data" : "[batch] as the times";
  throw new RangeError(`gaussianPath: ${name}: expected ${what}, ${formatShape(like.shape)}, got ${formatShape(value.shape)}`);
}
