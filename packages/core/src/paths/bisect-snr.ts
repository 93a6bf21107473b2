import type { Tensor } from "@fluxion/graph";
import { add, and, constant, div, full, greater, isFinite, lessEqual, scan, stopGradient, sub, where } from "@fluxion/graph";
import { timeDerivative } from "./times.ts";

/** Halvings of the interval: what is left is the resolution of float64. */
const halvings = 52;

/**
 * The inverse of a growing function of time by bisection, elementwise: 52 evaluations of `ratio`, each of `[batch]`. Its
 * derivative is 1 over that of `ratio`. `checkSchedule` looks whether it grows.
 *
 * @returns the last time of the interval at which `ratio` is at most the given one
 */
export function bisectSnr(ratio: (t: Tensor) => Tensor, [t0, t1]: readonly [number, number]): (snr: Tensor) => Tensor {
  const widths = Float64Array.from({ length: halvings }, (_, i) => (t1 - t0) * 2 ** -(i + 1));
  return (snr) => {
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
