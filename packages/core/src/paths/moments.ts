/** @file What every Gaussian path does with its mean and standard deviation. */
import type { Tensor } from "@fluxion/graph";
import { add, div, log, mul, neg, reshape, sizeOf, square, sub, sum } from "@fluxion/graph";
import type { Path } from "./path.ts";

/** μ_t(x1) and σ_t(x1) with their derivatives by time: means `[batch, ...event]`, deviations `[batch, 1, …]`. */
export interface Moments {
  readonly mean: Tensor;
  readonly std: Tensor;
  readonly dMean: Tensor;
  readonly dStd: Tensor;
}

type Members = Pick<Path, "sample" | "conditionalVelocity" | "conditionalScore" | "conditionalLogDensity">;

/** The formulas of the paper's §4, from moments at data `[batch, ...event]` and times `[batch]`. */
export function membersFrom(moments: (x1: Tensor, t: Tensor) => Moments): Members {
  return {
    sample(x0, x1, t) {
      const { mean, std, dMean, dStd } = moments(x1, t);
      return { xt: add(mean, mul(std, x0)), velocity: add(dMean, mul(dStd, x0)) };
    },
    conditionalVelocity(x, x1, t) {
      const { mean, std, dMean, dStd } = moments(x1, t);
      return add(mul(div(dStd, std), sub(x, mean)), dMean);
    },
    conditionalScore(x, x1, t) {
      const { mean, std } = moments(x1, t);
      return neg(div(sub(x, mean), square(std)));
    },
    conditionalLogDensity(x, x1, t) {
      const { mean, std } = moments(x1, t);
      const event = x.shape.slice(1).map(Number);
      const squares = sum(square(div(sub(x, mean), std)), { axes: event.map((_, i) => i + 1) });
      const logScale = add(log(reshape(std, t.shape)), 0.5 * Math.log(2 * Math.PI));
      return neg(add(mul(squares, 0.5), mul(logScale, sizeOf(event))));
    },
  };
}
