import type { Key } from "./key.ts";
import { fillTarget } from "./float-array.ts";
import type { FloatArray } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/** Independent numbers k/2²⁴ uniform on [0, 1): exact in float32 and never 1; the same numbers whatever is filled. */
export function uniform(key: Key, count: number): Float32Array;
export function uniform<T extends FloatArray>(key: Key, out: T): T;
export function uniform(key: Key, target: number | FloatArray): FloatArray {
  const out = fillTarget("uniform", target);
  const words = new WordStream(key, "uniform");
  for (let i = 0; i < out.length; i++) out[i] = (words.next() >>> 8) * 2 ** -24;
  return out;
}
