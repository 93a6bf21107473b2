import type { Key } from "./key.ts";
import { checkedCount } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/** Independent bytes uniform on 0…255, four to a random word. */
export function bytes(key: Key, count: number): Uint8Array<ArrayBuffer>;
export function bytes<T extends Uint8Array>(key: Key, out: T): T;
export function bytes(key: Key, target: number | Uint8Array): Uint8Array {
  const out = typeof target === "number" ? new Uint8Array(checkedCount("bytes", target)) : target;
  const words = new WordStream(key, "bytes");
  let word = 0;
  for (let i = 0; i < out.length; i++) {
    word = i % 4 === 0 ? words.next() : word >>> 8;
    out[i] = word;
  }
  return out;
}
