import type { Tensor } from "@fluxion/graph";
import { add, div, exp, expm1, log1p, mul, neg, reciprocal, sqrt, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { cutOff, positive, readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** Options of `vpPath`. */
export interface VpPathOptions {
  /** β at the data's end, above 0. Default 0.1, as in the paper. */
  readonly betaMin?: number | undefined;
  /** β at the noise's end, from betaMin. Default 20, as in the paper. */
  readonly betaMax?: number | undefined;
  /** The path ends at t = 1 − epsilon, above 0 and below 0.1: at t = 1 its velocity is infinite. Default 1e-5, as in the paper. */
  readonly epsilon?: number | undefined;
}

const table = { betaMin: positive(0.1), betaMax: positive(20), epsilon: cutOff };

/**
 * The variance preserving diffusion path: μ_t = α_{1−t} x1, σ_t = √(1 − α²_{1−t}) with α_s = e^{−T(s)/2} and
 * T(s) = s β_min + s² (β_max − β_min)/2 (paper, eqs 18 and 19, App. E.1), on [0, 1 − ε]. The prior is N(0, I), which the
 * path approaches and does not reach: with the paper's β, α is 0.0066 at t = 0.
 *
 * @throws RangeError for unknown options or values out of range
 */
export function vpPath(options: VpPathOptions = {}): AffinePath {
  const { betaMin, betaMax, epsilon } = readNumbers("vpPath", options, table);
  const growth = betaMax - betaMin;
  if (growth < 0) {
    throw new RangeError(`vpPath: betaMax: expected at least betaMin, ${betaMin}, got ${betaMax}`);
  }
  /** T(1 − t), the integral of β from the data. */
  const noise = (t: Tensor): Tensor => {
    const s = sub(1, t);
    return mul(s, add(betaMin, mul(s, growth / 2)));
  };
  return affinePath({
    kind: "vp",
    config: { betaMin, betaMax, epsilon },
    priorStd: 1,
    interval: [0, 1 - epsilon],
    alpha: (t) => exp(mul(noise(t), -0.5)),
    // √(1 − e^{−T}), without the cancellation near the end.
    sigma: (t) => sqrt(neg(expm1(neg(noise(t))))),
    timeOfSnr: (snr) => {
      // SNR = 1/(e^T − 1), and T is quadratic in s = 1 − t; the root in the form without cancellation.
      const total = log1p(reciprocal(snr));
      const root = sqrt(add(betaMin ** 2, mul(total, 2 * growth)));
      return sub(1, div(mul(total, 2), add(betaMin, root)));
    },
  });
}
