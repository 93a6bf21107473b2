/** @file Images that are read by number, so that a data set need not fit into memory. */
import type { ImagePixels } from "./pool-images.ts";
import { poolImages } from "./pool-images.ts";

/** 8-bit images that are read by number. */
export interface ImageReader {
  /** `[n, channels, height, width]`. */
  readonly shape: ImagePixels["shape"];
  /**
   * Writes the images of these numbers, each from 0 to n − 1, into `out`, `[images, channels, height, width]`, 0 … 255; the
   * same for the same numbers.
   */
  read(images: ArrayLike<number>, out: Uint8Array): void;
}

/**
 * Images that are in memory already.
 *
 * @param pixels - `[n, channels, height, width]`, 0 … 255
 * @throws RangeError for values that the shape does not hold
 */
export function imagesInMemory(pixels: Uint8Array, shape: ImagePixels["shape"]): ImageReader {
  const size = imageSize(shape);
  if (pixels.length !== shape[0] * size) {
    throw new RangeError(
      `imagesInMemory: expected [n, c, h, w] of ${pixels.length} pixels, got [${shape.join(", ")}]; give the images' shape`,
    );
  }
  return {
    shape,
    read: (images, out) => {
      Array.from(images).forEach((image, i) => {
        out.set(pixels.subarray(image * size, (image + 1) * size), i * size);
      });
    },
  };
}

/**
 * The images of a reader made smaller as they are read: see `poolImages`.
 *
 * @throws RangeError if `factor` does not divide the sides
 */
export function pooledReader(reader: ImageReader, factor: number): ImageReader {
  const [n, ...image] = reader.shape;
  // Of no image: checks the factor and tells the shape.
  const { shape: [, ...small] } = poolImages(new Uint8Array(0), [0, ...image], factor);
  if (factor === 1) return reader;
  return {
    shape: [n, ...small],
    read: (images, out) => {
      const whole = new Uint8Array(images.length * imageSize(reader.shape));
      reader.read(images, whole);
      out.set(poolImages(whole, [images.length, ...image], factor).pixels);
    },
  };
}

/** All images of a reader, or `count` from number `first`, in memory. */
export function readImages(reader: ImageReader, count: number = reader.shape[0], first = 0): ImagePixels {
  const [, ...image] = reader.shape;
  const pixels = new Uint8Array(count * imageSize(reader.shape));
  reader.read(Uint32Array.from({ length: count }, (_, i) => first + i), pixels);
  return { pixels, shape: [count, ...image] };
}

/** Images at a time, where all are wanted: a few hundred MB of the largest that one computes with. */
const together = 2000;

/** All images of a reader in order, some at a time in memory. */
export function* imageParts(reader: ImageReader): Generator<ImagePixels & { readonly first: number }> {
  const [n] = reader.shape;
  for (let first = 0; first < n; first += together) yield { ...readImages(reader, Math.min(together, n - first), first), first };
}

/** Values of one image. */
export const imageSize = ([, channels, height, width]: ImagePixels["shape"]): number => channels * height * width;
