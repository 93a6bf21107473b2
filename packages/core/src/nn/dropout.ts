import { cast, greaterEqual, mul, where } from "@fluxion/graph";
import type { Module } from "./module.ts";

/** A byte below this many 256ths drops its value. */
const scale = 256;

/** The greatest rate that `dropout` takes. */
export const greatestRate = (scale - 1) / scale;

/**
 * Dropout (Srivastava et al. 2014): each value is 0 with probability `rate` and otherwise divided by 1 − rate, by a mask
 * of bytes drawn outside the program. Without a mask, as when sampling, it is the identity.
 *
 * @param rate - from 0 to 255/256, rounded to 1/256; with 0 there is no mask
 * @param shape - of one example
 */
export function dropout(rate: number, shape: readonly number[]): Module {
  const dropped = Math.round(rate * scale);
  if (!(dropped >= 0 && dropped < scale)) {
    throw new RangeError(`dropout: rate: expected a number from 0 to 255/256, got ${String(rate)}`);
  }
  return {
    parameters: {},
    masks: dropped === 0 ? {} : { mask: shape },
    apply({ mask }, x) {
      if (mask === undefined) return x;
      return where(greaterEqual(cast(mask, "int32"), dropped), mul(x, scale / (scale - dropped)), 0);
    },
  };
}
