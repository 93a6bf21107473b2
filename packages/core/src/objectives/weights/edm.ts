import { add } from "@fluxion/graph";
import { onDataError } from "./data-error.ts";
import type { Weight } from "./weight.ts";

/** Options of `edmWeight`. */
export interface EdmWeightOptions {
  /** The standard deviation of the data in model space, above 0. Default 0.5. */
  readonly sigmaData?: number | undefined;
}

/**
 * (s² + σ_data²)/(s σ_data)² on the error of x1, for the noise level s = σ/α (Karras et al. 2022, Table 1); on the error of
 * another target what equals that.
 *
 * @throws RangeError if sigmaData is not above 0
 */
export function edmWeight({ sigmaData = 0.5 }: EdmWeightOptions = {}): Weight {
  if (!(sigmaData > 0 && Number.isFinite(sigmaData))) {
    throw new RangeError(`edmWeight: sigmaData: expected a number above 0, got ${String(sigmaData)}`);
  }
  return {
    kind: "edm",
    config: { kind: "edm", sigmaData },
    // 1/σ_data² + α²/σ²
    at: onDataError((snr) => add(snr, sigmaData ** -2)),
  };
}
