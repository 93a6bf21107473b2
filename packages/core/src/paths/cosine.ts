import { atan2, mul, sin, sqrt, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** `cosinePath` has no options yet; unknown ones are refused. */
export type CosinePathOptions = Readonly<Record<string, never>>;

/**
 * The cosine path α = sin(πt/2), σ = cos(πt/2): a variance preserving path (α² + σ² = 1) that ends without noise and has a
 * finite velocity everywhere. Beyond the paper.
 *
 * @throws RangeError for unknown options
 */
export function cosinePath(options: CosinePathOptions = {}): AffinePath {
  readNumbers("cosinePath", options, {});
  return affinePath({
    kind: "cosine",
    alpha: (t) => sin(mul(t, Math.PI / 2)),
    // The cosine from the end, where it is exactly 0 and not a rounding error of π/2.
    sigma: (t) => sin(mul(sub(1, t), Math.PI / 2)),
    timeOfSnr: (snr) => mul(atan2(sqrt(snr), 1), 2 / Math.PI),
  });
}
