/** @file Models that know everything about Gaussian data N(m, s² I) on any affine path: the optimum of each objective. */
import { add, constant, div, mul, neg, reshape, square, sub } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { AffinePath, Model, Prediction } from "fluxion";

export const mean = [1, -2] as const;
export const std = 0.5;

/** E[· | x_t = x] of each prediction: x1, x0 and their combinations are linear in x (golden numbers, f). */
export function optimum(path: AffinePath, prediction: Prediction, x: Tensor, t: Tensor): Tensor {
  const at = (values: Tensor): Tensor => reshape(values, [x.shape[0] ?? 1, 1]);
  const { alpha, sigma, dAlpha, dSigma } = path.schedule(t);
  const m = constant(Float64Array.from(mean), [1, 2]);
  const variance = add(mul(square(alpha), std ** 2), square(sigma));
  const residual = div(sub(x, mul(at(alpha), m)), at(variance));
  switch (prediction) {
    case "velocity":
      return add(mul(at(dAlpha), m), mul(at(add(mul(mul(alpha, dAlpha), std ** 2), mul(sigma, dSigma))), residual));
    case "noise":
      return mul(at(sigma), residual);
    case "x1":
      return add(m, mul(at(mul(alpha, std ** 2)), residual));
    case "score":
      return neg(residual);
  }
}

/** A model without parameters that predicts the optimum. */
export function knowing(path: AffinePath, prediction: Prediction): Model {
  return {
    kind: "gaussian",
    config: {},
    eventShape: [2],
    parameters: {},
    apply: (_params, x, t) => optimum(path, prediction, x, t),
  };
}
