import { add, mul, reciprocal, sqrt, square, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { checkPositive } from "./options.ts";
import type { AffinePath } from "./path.ts";

/**
 * The path that `path` makes of points with noise N(0, std² I) on them: N(α x1, (α² std² + σ²) I). It is affine too, so
 * that its formulas are those of Gaussian data: `conditionalVelocity` at the mean is the marginal velocity of N(x1, std² I)
 * on `path`, and `marginalField` that of a mixture of such Gaussians.
 *
 * @param std - above 0
 * @throws RangeError if std is not above 0
 */
export function smoothedPath(path: AffinePath, std: number): AffinePath {
  checkPositive("smoothedPath", "std", std);
  return affinePath({
    kind: "smoothed",
    config: { path: path.config, std },
    priorStd: path.priorStd,
    interval: path.interval,
    alpha: (t) => path.alpha(t),
    sigma: (t) => sqrt(add(square(mul(path.alpha(t), std)), square(path.sigma(t)))),
    // 1/SNR is that of the path plus std².
    timeOfSnr: (snr) => path.timeOfSnr(reciprocal(sub(reciprocal(snr), std ** 2))),
  });
}
