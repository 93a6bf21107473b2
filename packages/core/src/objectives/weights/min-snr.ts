import { div, minimum, mul, square } from "@fluxion/graph";
import { errorGain } from "../conversions.ts";
import type { Weight } from "./weight.ts";

/** Options of `minSnrWeight`. */
export interface MinSnrOptions {
  /** The largest weight of the data's error, above 0. Default 5. */
  readonly gamma?: number | undefined;
}

/**
 * min(SNR, γ) on the error of x1, SNR = α²/σ² (Hang et al. 2023); on the error of another target what equals that: on the
 * noise min(SNR, γ)/SNR.
 *
 * @throws RangeError if gamma is not above 0
 */
export function minSnrWeight({ gamma = 5 }: MinSnrOptions = {}): Weight {
  if (!(gamma > 0 && Number.isFinite(gamma))) {
    throw new RangeError(`minSnrWeight: gamma: expected a number above 0, got ${String(gamma)}`);
  }
  return {
    kind: "min-snr",
    config: { kind: "min-snr", gamma },
    at: ({ schedule, target }) => {
      const at = schedule();
      const clipped = minimum(square(div(at.alpha, at.sigma)), gamma);
      const toData = errorGain(at, target, "x1");
      return toData === undefined ? clipped : mul(clipped, square(toData));
    },
  };
}
