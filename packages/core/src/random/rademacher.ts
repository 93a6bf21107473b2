import type { Key } from "./key.ts";
import { fillTarget } from "./float-array.ts";
import type { FloatArray } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/** Independent signs, −1 or 1 with probability ½ each. */
export function rademacher(key: Key, count: number): Float32Array;
export function rademacher<T extends FloatArray>(key: Key, out: T): T;
export function rademacher(key: Key, target: number | FloatArray): FloatArray {
  const out = fillTarget("rademacher", target);
  const words = new WordStream(key, "rademacher");
  let bits = 0;
  for (let i = 0; i < out.length; i++) {
    bits = i % 32 === 0 ? words.next() : bits >>> 1;
    out[i] = (bits & 1) === 0 ? -1 : 1;
  }
  return out;
}
