import { batchLengths } from "./raster.ts";
import type { ImageBatch, Raster } from "./raster.ts";

/** Layout of `imageGrid`. */
export interface ImageGridOptions {
  /** Images in a row, from 1. Default: as square as can be. */
  readonly columns?: number | undefined;
  /** Pixels around each image, after scaling. Default 2 × the scale. */
  readonly padding?: number | undefined;
  /** Pixels along each side of an image's pixel (nearest neighbour), from 1. Default: images about 84 pixels wide. */
  readonly scale?: number | undefined;
  /** Grey level of the gaps, 0 to 255. Default 255. */
  readonly background?: number | undefined;
}

/**
 * Lays images `[n, channels, height, width]` out in rows, enlarged without blur.
 * @throws RangeError for a shape that is no batch of images, or options that are not whole numbers in their range
 */
export function imageGrid(images: ImageBatch, options: ImageGridOptions = {}): Raster {
  const { count, channels, height, width } = batchLengths("imageGrid", images);
  const scale = wholeNumber("scale", options.scale ?? Math.max(1, Math.round(84 / width)), 1);
  const columns = Math.min(count, wholeNumber("columns", options.columns ?? Math.ceil(Math.sqrt(count)), 1));
  const padding = wholeNumber("padding", options.padding ?? 2 * scale, 0);
  const [cellWidth, cellHeight] = [width * scale + padding, height * scale + padding];
  const gridWidth = columns * cellWidth + padding;
  const gridHeight = Math.ceil(count / columns) * cellHeight + padding;
  const data = new Uint8Array(gridWidth * gridHeight * channels).fill(options.background ?? 255);
  for (let i = 0; i < count; i++) {
    const left = padding + (i % columns) * cellWidth;
    const top = padding + Math.floor(i / columns) * cellHeight;
    const pixels = images.data.subarray(i * channels * height * width);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = Math.floor(y / scale) * width + Math.floor(x / scale);
        const to = ((top + y) * gridWidth + left + x) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = pixels[c * height * width + from] ?? 0;
      }
    }
  }
  return { data, width: gridWidth, height: gridHeight, channels };
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`imageGrid: expected ${name} to be a whole number from ${least}, got ${value}; choose another`);
}
