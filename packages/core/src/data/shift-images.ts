/** @file Pictures moved by a few pixels. */
import type { Key } from "../random/key.ts";
import { integers } from "../random/integers.ts";

/**
 * Moves each image of a batch by up to `reach` pixels across and down, in place; what comes in repeats the edge. A pure function
 * of the key.
 *
 * @param pixels - `[batch, channels, height, width]`
 * @param image - `[channels, height, width]`
 */
export function shiftImages(key: Key, pixels: Uint8Array, [channels, height, width]: readonly [number, number, number], reach: number): void {
  const size = channels * height * width;
  const moves = integers(key, (2 * pixels.length) / size, 2 * reach + 1);
  const before = new Uint8Array(size);
  for (let at = 0, i = 0; at < pixels.length; at += size, i += 2) {
    const [down, across] = [(moves[i] ?? 0) - reach, (moves[i + 1] ?? 0) - reach];
    before.set(pixels.subarray(at, at + size));
    for (let row = 0; row < channels * height; row++) {
      const y = row % height;
      const from = (row - y + within(y - down, height)) * width;
      for (let x = 0; x < width; x++) pixels[at + row * width + x] = before[from + within(x - across, width)] ?? 0;
    }
  }
}

const within = (place: number, length: number): number => Math.min(length - 1, Math.max(0, place));
