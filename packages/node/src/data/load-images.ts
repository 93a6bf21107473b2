import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseIdx } from "fluxion";
import type { ImageSplit } from "./formats/image-format.ts";
import { readDataFile } from "./read-file.ts";

/** Images in memory. */
export interface LoadedImages {
  /** Values 0 … 255, row-major. */
  readonly pixels: Uint8Array;
  /** `[n, channels, height, width]`. */
  readonly shape: readonly [number, number, number, number];
  /** One class a picture, if they are known. */
  readonly labels?: Uint8Array | Int32Array | undefined;
}

const PREFIX: Readonly<Record<ImageSplit, string>> = { train: "train", test: "t10k" };

/**
 * Reads images, and labels if they are there, from a directory of IDX files named as MNIST's are (gzip or not), or
 * from one file of images, of which `split` then says nothing.
 * @throws Error naming the path, what was expected, what came and how to fix it.
 */
export function loadImages(source: string, split: ImageSplit): LoadedImages & { readonly labels?: Uint8Array | undefined } {
  const path = findImages(source, split);
  const { shape, data: pixels } = parseIdx(readDataFile(path), path);
  const [n = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || pixels.length === 0) {
    throw new Error(
      `${path}: expected images [n, height, width], got shape [${shape.join(", ")}]; give a file like train-images-idx3-ubyte`,
    );
  }
  const images = { pixels, shape: [n, 1, height, width] as const };
  const labels = labelsOf(path, n);
  return labels === undefined ? images : { ...images, labels };
}

/** The IDX file of images: one of a directory, or the file given. */
export function findImages(source: string, split: ImageSplit): string {
  return isDirectory(source) ? imagesIn(source, split) : source;
}

/** The labels of `count` images, if their file stands beside the images'. */
export function labelsOf(imagesPath: string, count: number): Uint8Array | undefined {
  const path = labelsBeside(imagesPath);
  return path === undefined ? undefined : readLabels(path, count);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function imagesIn(directory: string, split: ImageSplit): string {
  const name = `${PREFIX[split]}-images-idx3-ubyte`;
  const found = spellings(directory, name);
  if (found !== undefined) return found;
  throw new Error(
    `${directory}: expected ${name} (also ${name.replace("-idx", ".idx")}, or with .gz) for the ${split} images, got none of them; put the file there or give another directory`,
  );
}

function labelsBeside(imagesPath: string): string | undefined {
  const name = basename(imagesPath).replace(/\.gz$/, "").replace(".idx", "-idx");
  const labels = name.replace("images-idx3", "labels-idx1");
  return labels === name ? undefined : spellings(dirname(imagesPath), labels);
}

/** The file called `name` in one of the ways in which such files are called. */
function spellings(directory: string, name: string): string | undefined {
  const dotted = name.replace("-idx", ".idx");
  const there = new Set(readdirSync(directory));
  const found = [name, dotted, `${name}.gz`, `${dotted}.gz`].find((spelling) => there.has(spelling));
  return found === undefined ? undefined : join(directory, found);
}

function readLabels(path: string, count: number): Uint8Array {
  const { shape, data } = parseIdx(readDataFile(path), path);
  if (shape.length === 1 && shape[0] === count) return data;
  throw new Error(
    `${path}: expected ${count} labels, one for each image, got shape [${shape.join(", ")}]; fetch images and labels of one set`,
  );
}
