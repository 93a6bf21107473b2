import { exp, log, mul, onesLike } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { positive, readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** Options of `vePath`. */
export interface VePathOptions {
  /** The noise left at t = 1, above 0. The paper gives no value. Default 0.01. */
  readonly sigmaMin?: number | undefined;
  /**
   * The noise at t = 0, above sigmaMin. It must drown the data, since the prior N(0, sigmaMax² I) leaves them out: data of
   * variance λ along a direction cost about (λ/sigmaMax²)²/4 nats there. The paper gives no value. Default 10, for
   * standardised points; for images about the largest distance between two of them (Song & Ermon 2020).
   */
  readonly sigmaMax?: number | undefined;
}

const table = { sigmaMin: positive(0.01), sigmaMax: positive(10) };

/**
 * The variance exploding diffusion path: μ_t = x1, σ_t = σ_max (σ_min/σ_max)^t, the geometric schedule (paper, eqs 16 and
 * 17). Its prior is N(0, σ_max² I), and its conditional velocity −ln(σ_max/σ_min)(x − x1) does not depend on time.
 *
 * @throws RangeError for unknown options or values out of range
 */
export function vePath(options: VePathOptions = {}): AffinePath {
  const { sigmaMin, sigmaMax } = readNumbers("vePath", options, table);
  if (!(sigmaMin < sigmaMax)) {
    throw new RangeError(`vePath: sigmaMax: expected a number above sigmaMin, ${sigmaMin}, got ${sigmaMax}`);
  }
  const rate = Math.log(sigmaMax / sigmaMin);
  return affinePath({
    kind: "ve",
    config: { sigmaMin, sigmaMax },
    priorStd: sigmaMax,
    alpha: (t) => onesLike(t),
    sigma: (t) => mul(exp(mul(t, -rate)), sigmaMax),
    timeOfSnr: (snr) => mul(log(mul(snr, sigmaMax ** 2)), 0.5 / rate),
  });
}
