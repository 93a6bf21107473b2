import type { Key } from "./key.ts";
import { checkedCount } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/** The numbers 0 … count − 1 in an order drawn uniformly from all orders (Fisher–Yates). */
export function permutation(key: Key, count: number): Uint32Array {
  const out = new Uint32Array(checkedCount("permutation", count)).map((_, i) => i);
  const words = new WordStream(key, "permutation");
  for (let i = out.length - 1; i > 0; i--) {
    const j = words.below(i + 1);
    const kept = out[i] ?? 0;
    out[i] = out[j] ?? 0;
    out[j] = kept;
  }
  return out;
}
