import type { Tensor } from "@fluxion/graph";
import { add, and, constant, div, full, greater, isFinite, lessEqual, scan, stopGradient, sub, where } from "@fluxion/graph";
import { onHost } from "./host.ts";
import { timeDerivative } from "./times.ts";

/** Halvings of the interval: what is left is the resolution of float64. */
const halvings = 52;

/**
 * The inverse of a growing function of time by bisection, elementwise: 52 evaluations of `ratio`, each of `[batch]`. Its
 * derivative is 1 over that of `ratio`.
 *
 * @returns the last time of the interval at which `ratio` is at most the given one
 */
export function bisectSnr(ratio: (t: Tensor) => Tensor, [t0, t1]: readonly [number, number]): (snr: Tensor) => Tensor {
  const onHostRatio = onHost((t) => ({ ratio: ratio(t) }));
  const widths = Float64Array.from({ length: halvings }, (_, i) => (t1 - t0) * 2 ** -(i + 1));
  return (snr) => {
    checkGrowth(onHostRatio, [t0, t1]);
    const target = stopGradient(snr);
    const { carry } = scan({ carry: [full(snr.shape, t0, snr.dtype)], xs: [constant(widths, [halvings], snr.dtype)] }, ([t], [width]) => {
      const next = add(t, width);
      return { carry: [where(lessEqual(ratio(next), target), next, t)], ys: [] };
    });
    const [found] = carry;
    const t = stopGradient(found);
    // Adds 0, but carries the derivative of an inverse.
    const slope = timeDerivative(ratio(t), t);
    const regular = and(and(isFinite(snr), isFinite(slope)), greater(slope, 0));
    return add(t, where(regular, div(sub(snr, target), where(regular, slope, 1)), 0));
  };
}

/** Refuses a ratio that falls somewhere: it has no inverse. */
function checkGrowth(ratio: (t: readonly number[]) => Record<"ratio", Float64Array>, [t0, t1]: readonly [number, number]): void {
  const times = Array.from({ length: 65 }, (_, i) => t0 + ((t1 - t0) * i) / 64);
  const values = ratio(times).ratio;
  const bad = values.findIndex((value, i) => !(value >= (values[i - 1] ?? 0)));
  if (bad < 0) return;
  throw new RangeError(
    `timeOfSnr: expected a signal-to-noise ratio that grows with t, got ${values[bad - 1] ?? 0} and then ${values[bad] ?? NaN} at t = ${times[bad] ?? NaN}`,
  );
}
