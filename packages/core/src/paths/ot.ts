import { add, div, mul, rsqrt, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** Options of `otPath`. */
export interface OtPathOptions {
  /** The standard deviation left around a data point at t = 1, in [0, 1). The paper gives no value. Default 1e-4. */
  readonly sigmaMin?: number | undefined;
}

const table = {
  sigmaMin: { default: 1e-4, expected: "a number in [0, 1)", accept: (value: number) => value >= 0 && value < 1 },
};

/**
 * The optimal-transport path: μ_t = t x1, σ_t = 1 − (1 − σ_min) t (paper, eqs 20–23). Each noise point travels in a
 * straight line at constant speed x1 − (1 − σ_min) x0.
 *
 * @throws RangeError for unknown options, or if sigmaMin is outside [0, 1)
 */
export function otPath(options: OtPathOptions = {}): AffinePath {
  const { sigmaMin } = readNumbers("otPath", options, table);
  return affinePath({
    kind: "ot",
    config: { sigmaMin },
    alpha: (t) => t,
    sigma: (t) => sub(1, mul(t, 1 - sigmaMin)),
    // t/(1 − (1 − σ_min) t) = √SNR
    timeOfSnr: (snr) => div(1, add(rsqrt(snr), 1 - sigmaMin)),
  });
}
