/** @file Flows of Gaussian data in closed form. */
import { broadcastTo, constant } from "@fluxion/graph";
import { smoothedPath } from "fluxion";
import type { AffinePath, Model } from "fluxion";

/** Data N(mean, std² I). */
export interface GaussianData {
  readonly mean: readonly number[];
  readonly std: number;
}

/** A model that knows the marginal velocity of the data along a path. */
export function gaussianModel(path: AffinePath, { mean, std }: GaussianData): Model {
  const smoothed = smoothedPath(path, std);
  return {
    kind: "gaussian",
    config: {},
    eventShape: [mean.length],
    parameters: {},
    apply: (_params, x, t) => smoothed.conditionalVelocity(x, broadcastTo(constant(mean, [1, mean.length]), x.shape), t),
  };
}

/** The marginal at time t: N(α m, (α² s² + σ²) I). */
export function marginalAt(path: AffinePath, { mean, std }: GaussianData, t: number): GaussianData {
  const { alpha, sigma } = path.at(t);
  return { mean: mean.map((m) => alpha * m), std: Math.hypot(alpha * std, sigma) };
}

/** The flow between two Gaussians, an affine map. */
export const carry = (x: readonly number[], from: GaussianData, to: GaussianData): number[] =>
  x.map((value, i) => (to.mean[i] ?? NaN) + (to.std / from.std) * (value - (from.mean[i] ?? NaN)));

/** log N(x | mean, std² I) in nats. */
export const logDensity = (x: readonly number[], { mean, std }: GaussianData): number =>
  x.reduce((total, value, i) => total - 0.5 * ((value - (mean[i] ?? NaN)) / std) ** 2 - Math.log(std) - 0.5 * Math.log(2 * Math.PI), 0);
