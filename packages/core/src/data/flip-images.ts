/** @file Pictures seen in a mirror. */
import type { Key } from "../random/key.ts";
import { bytes } from "../random/bytes.ts";

/**
 * Turns each image of a batch left to right with probability 1/2, in place: a pure function of the key.
 *
 * @param pixels - `[batch, channels, height, width]`
 */
export function flipImages(key: Key, pixels: Uint8Array, batch: number, width: number): void {
  const size = pixels.length / batch;
  bytes(key, batch).forEach((byte, image) => {
    if ((byte & 1) === 0) return;
    for (let row = image * size; row < (image + 1) * size; row += width) pixels.subarray(row, row + width).reverse();
  });
}
