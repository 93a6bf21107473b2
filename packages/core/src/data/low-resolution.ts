import { poolImages } from "./pool-images.ts";
import { applyTransform, toPixels } from "./transform.ts";
import type { DataTransform } from "./transform.ts";

/**
 * Images at a fraction of their sides, as a network that refines them is told them in training: those of 8 bits lose their
 * dequantisation first, and their means are rounded to levels, which stand for their middles. The images of low resolution that
 * there are when sampling have no more than that either. Of other data they are the means.
 *
 * @param images - `[n, channels, height, width]` in model space
 * @param factor - a divisor of both sides
 * @returns `[n, channels, height/factor, width/factor]` in model space
 */
export function lowResolution(
  images: Float32Array,
  shape: readonly [number, number, number, number],
  factor: number,
  transform: DataTransform,
): Float32Array {
  if (transform.kind !== "images8bit") return means(images, shape, factor);
  const { pixels } = poolImages(toPixels(images), shape, factor);
  return applyTransform(transform, Float32Array.from(pixels, (level) => level + 0.5));
}

/** The means of squares of `factor` × `factor` values. */
function means(images: Float32Array, [n, channels, height, width]: readonly [number, number, number, number], factor: number): Float32Array {
  const [rows, columns] = [height / factor, width / factor];
  const out = new Float32Array(n * channels * rows * columns);
  images.forEach((value, i) => {
    const [plane, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const place = (plane * rows + Math.floor(y / factor)) * columns + Math.floor(x / factor);
    out[place] = (out[place] ?? 0) + value / factor ** 2;
  });
  return out;
}
