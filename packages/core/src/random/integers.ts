import type { Key } from "./key.ts";
import { checkedCount } from "./float-array.ts";
import { WordStream } from "./word-stream.ts";

/**
 * `count` independent integers uniform on [0, below), without bias.
 * @throws RangeError unless `below` is a whole number in [1, 2³²].
 */
export function integers(key: Key, count: number, below: number): Uint32Array {
  if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
    throw new RangeError(
      `integers: expected \`below\` to be a whole number in [1, 2^32], got ${below}; give the number of values`,
    );
  }
  const out = new Uint32Array(checkedCount("integers", count));
  const words = new WordStream(key, "integers");
  for (let i = 0; i < out.length; i++) out[i] = words.below(below);
  return out;
}
