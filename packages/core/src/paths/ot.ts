import { mul, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import type { AffinePath } from "./path.ts";

/** Options of `otPath`. */
export interface OtPathOptions {
  /** The standard deviation left around a data point at t = 1, in [0, 1). The paper gives no value. Default 1e-4. */
  readonly sigmaMin?: number | undefined;
}

/**
 * The optimal-transport path: μ_t = t x1, σ_t = 1 − (1 − σ_min) t (paper, eqs 20–23). Each noise point travels in a
 * straight line at constant speed x1 − (1 − σ_min) x0.
 *
 * @throws RangeError if sigmaMin is outside [0, 1)
 */
export function otPath({ sigmaMin = 1e-4 }: OtPathOptions = {}): AffinePath {
  if (!(sigmaMin >= 0 && sigmaMin < 1)) {
    throw new RangeError(`otPath: sigmaMin: expected a number in [0, 1), got ${String(sigmaMin)}`);
  }
  return affinePath({
    kind: "ot",
    config: { sigmaMin },
    alpha: (t) => t,
    sigma: (t) => sub(1, mul(t, 1 - sigmaMin)),
  });
}
