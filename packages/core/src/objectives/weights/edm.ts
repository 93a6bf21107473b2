import { add, div, mul, square } from "@fluxion/graph";
import { errorGain } from "../conversions.ts";
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
    at: ({ schedule, target }) => {
      const at = schedule();
      // 1/σ_data² + α²/σ²
      const onData = add(square(div(at.alpha, at.sigma)), sigmaData ** -2);
      const toData = errorGain(at, target, "x1");
      return toData === undefined ? onData : mul(onData, square(toData));
    },
  };
}
