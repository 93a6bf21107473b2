import { minimum } from "@fluxion/graph";
import { onDataError } from "./data-error.ts";
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
    at: onDataError((snr) => minimum(snr, gamma)),
  };
}
