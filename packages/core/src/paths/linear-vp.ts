import { add, mul, reciprocal, rsqrt, sqrt, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { cutOff, readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** Options of `linearVpPath`. */
export interface LinearVpPathOptions {
  /** The path ends at t = 1 − epsilon, above 0 and below 0.1: at t = 1 its velocity is infinite. Default 1e-5. */
  readonly epsilon?: number | undefined;
}

const table = { epsilon: cutOff };

/**
 * The linear variance preserving path α = t, σ = √(1 − t²), on [0, 1 − ε]. Beyond the paper.
 *
 * @throws RangeError for unknown options, or an epsilon out of range
 */
export function linearVpPath(options: LinearVpPathOptions = {}): AffinePath {
  const { epsilon } = readNumbers("linearVpPath", options, table);
  return affinePath({
    kind: "linear-vp",
    config: { epsilon },
    interval: [0, 1 - epsilon],
    alpha: (t) => t,
    // As a product, without the cancellation of 1 − t² near the end.
    sigma: (t) => sqrt(mul(sub(1, t), add(1, t))),
    timeOfSnr: (snr) => rsqrt(add(1, reciprocal(snr))),
  });
}
