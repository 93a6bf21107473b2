import type { Tensor } from "@fluxion/graph";
import { add, constant, expandDims, mul, sin } from "@fluxion/graph";
import type { Module } from "./module.ts";

/** A module without parameters from times `[batch]` to features `[batch, size]`. */
export interface TimeEmbedding extends Module {
  readonly size: number;
}

/** Time as it is: one feature. */
export function plainTime(): TimeEmbedding {
  return { size: 1, parameters: {}, apply: (_params, t) => expandDims(t, 1) };
}

/**
 * Sine and cosine of ω·t for fixed frequencies.
 *
 * @param frequencies - ω, in radians per unit of time; half cycles (multiples of π) tell t = 0 from t = 1
 */
export function fourierTime(frequencies: readonly number[]): TimeEmbedding {
  const size = 2 * frequencies.length;
  // cos(a) = sin(a + π/2): one pass makes both, and nothing is concatenated.
  const phases = [...frequencies.map(() => 0), ...frequencies.map(() => Math.PI / 2)];
  return {
    size,
    parameters: {},
    apply(_params, t: Tensor) {
      const angles = mul(expandDims(t, 1), constant([...frequencies, ...frequencies], [size]));
      return sin(add(angles, constant(phases, [size])));
    },
  };
}

/**
 * The Transformer's embedding of the "position" 1000·t: frequencies fall geometrically from 1000 to 0.1 (Vaswani et al. 2017).
 *
 * @param size - the number of features, even
 */
export function sinusoidalTime(size: number): TimeEmbedding {
  const count = size / 2;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`sinusoidalTime: size: expected an even number from 2, got ${String(size)}`);
  }
  return fourierTime(Array.from({ length: count }, (_, i) => 1000 * 10_000 ** (-i / count)));
}
