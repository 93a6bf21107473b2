import type { Tensor } from "@fluxion/graph";
import { div, mul, square } from "@fluxion/graph";
import { errorGain } from "../conversions.ts";
import type { Weight } from "./weight.ts";

/**
 * A weight on the error of x1, by the signal-to-noise ratio; on the error of another target what equals that.
 *
 * @param weight - of α²/σ² `[batch]`
 */
export const onDataError = (weight: (snr: Tensor) => Tensor): Weight["at"] => ({ schedule, target }) => {
  const at = schedule();
  const onData = weight(square(div(at.alpha, at.sigma)));
  const toData = errorGain(at, target, "x1");
  return toData === undefined ? onData : mul(onData, square(toData));
};
