/** @file The order in which training visits the examples. */
import type { Key } from "../random/key.ts";
import { permutation } from "../random/permutation.ts";

/** Example numbers of batch `step`: a pure function of its arguments. */
export type EpochOrder = (key: Key, step: number, batch: number) => Uint32Array;

/**
 * Shuffled epochs over `size` examples: place i of batch `step` is number step·batch + i of one endless stream, which
 * holds one permutation after the other; a batch may span epochs.
 */
export function epochOrder(size: number): EpochOrder {
  // Only a memo: the permutation of an epoch follows from the key.
  let order: Uint32Array = new Uint32Array(0);
  let orderOf = "";
  const epoch = (key: Key, number: number): Uint32Array => {
    const child = key.child("epoch", number);
    if (orderOf !== child.toString()) {
      order = permutation(child, size);
      orderOf = child.toString();
    }
    return order;
  };
  return (key, step, batch) => {
    const out = new Uint32Array(batch);
    for (let filled = 0; filled < batch;) {
      const at = step * batch + filled;
      const place = at % size;
      const run = epoch(key, Math.floor(at / size)).subarray(place, place + batch - filled);
      out.set(run, filled);
      filled += run.length;
    }
    return out;
  };
}

/**
 * The batch size of an output of whole examples.
 * @throws RangeError if `length` is no positive multiple of `eventSize`.
 */
export function batchOf(length: number, eventSize: number): number {
  if (length > 0 && length % eventSize === 0) return length / eventSize;
  throw new RangeError(
    `fill: expected an array of whole examples of ${eventSize} values, got ${length} values; allocate batch × ${eventSize}`,
  );
}
