import { lowerNormalQuantile } from "./normal-quantile.ts";
import type { Key } from "./key.ts";
import { fillTarget } from "./float-array.ts";
import type { FloatArray } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/**
 * Independent standard normal numbers, by inversion of 53-bit uniforms: always finite, right in the tails to
 * ±8.2, and the same (up to rounding to float32) whatever is filled.
 */
export function normal(key: Key, count: number): Float32Array;
export function normal<T extends FloatArray>(key: Key, out: T): T;
export function normal(key: Key, target: number | FloatArray): FloatArray {
  const out = fillTarget("normal", target);
  const words = new WordStream(key, "normal");
  for (let i = 0; i < out.length; i++) {
    const high = words.next();
    // One bit is the sign; 52 others are the middle of a cell of (0, 1/2), so neither end is ever hit.
    const fraction = (high >>> 1) * 2 ** 21 + (words.next() >>> 11);
    const z = lowerNormalQuantile((fraction + 0.5) * 2 ** -53);
    out[i] = (high & 1) === 0 ? z : -z;
  }
  return out;
}
