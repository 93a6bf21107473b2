import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../runs/atomic.ts";
import { imageGrid } from "./image-grid.ts";
import { encodePng } from "./png.ts";
import { batchLengths } from "./raster.ts";
import type { ImageBatch } from "./raster.ts";

/**
 * Writes each image of a batch `[n, channels, height, width]` as `directory/0000.png`, `0001.png`, …, pixel by pixel.
 * @returns the paths written, in order
 * @throws RangeError for a shape that is no batch of images; Error if a file cannot be written
 */
export async function writeImages(directory: string, images: ImageBatch): Promise<readonly string[]> {
  const { count, channels, height, width } = batchLengths("writeImages", images);
  mkdirSync(directory, { recursive: true });
  const digits = Math.max(4, String(count - 1).length);
  const size = channels * height * width;
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const one = { data: images.data.subarray(i * size, (i + 1) * size), shape: [1, channels, height, width] };
    const path = join(directory, `${String(i).padStart(digits, "0")}.png`);
    writeAtomic(path, await encodePng(imageGrid(one, { padding: 0, scale: 1 })));
    paths.push(path);
  }
  return paths;
}
