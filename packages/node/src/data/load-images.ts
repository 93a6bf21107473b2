import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseIdx } from "fluxion";
import { readBytes } from "./read-file.ts";

/** 8-bit images. */
export interface LoadedImages {
  /** `[n, channels, height, width]`, row-major. */
  readonly pixels: Uint8Array;
  readonly shape: readonly [number, number, number, number];
}

const stems = { train: "train-images", test: "t10k-images" } as const;

/**
 * Reads the images of an IDX directory, gzip or not, as MNIST and its kin name them.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function loadImages(directory: string, split: "train" | "test"): LoadedImages {
  const names = ["-idx3-ubyte", ".idx3-ubyte"].flatMap((end) => [`${stems[split]}${end}`, `${stems[split]}${end}.gz`]);
  const path = names.map((name) => join(directory, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new Error(`${directory}: expected a file ${names.join(" or ")}, got none; put the IDX files there`);
  }
  const { data, shape } = parseIdx(readBytes(path), path);
  const [n = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3) {
    throw new Error(`${path}: expected images [n, height, width], got an array [${shape.join(", ")}]; labels have a file of their own`);
  }
  return { pixels: data, shape: [n, 1, height, width] };
}
