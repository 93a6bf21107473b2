import { statSync } from "node:fs";
import { basename } from "node:path";
import { idxHeader, imagesInMemory } from "fluxion";
import { findImages, loadImages, labelsOf } from "../load-images.ts";
import { isGzip, readFileStart } from "../read-file.ts";
import { recordReader } from "../record-files.ts";
import type { ImageFormat, ImageSet } from "./image-format.ts";

/** Grey images as MNIST's. What is packed by gzip cannot be read by position, and is unpacked into memory. */
export const idx: ImageFormat = {
  description: "IDX: train-images-idx3-ubyte, t10k-images-idx3-ubyte, and …-labels-idx1-ubyte, with .gz or not",
  matches: ({ names }) => names.some((name) => /idx3-ubyte(\.gz)?$/.test(name)),
  open: ({ path: source }, split) => {
    const path = findImages(source, split);
    return isGzip(path) ? inMemory(path, split) : byPosition(path);
  },
};

function inMemory(path: string, split: "train" | "test"): ImageSet {
  const { pixels, shape, labels } = loadImages(path, split);
  return { reader: imagesInMemory(pixels, shape), labels, skipped: [] };
}

function byPosition(path: string): ImageSet {
  const { size } = statSync(path);
  const { shape, start } = idxHeader(readFileStart(path, 1024), size, path);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || count * height * width === 0) {
    throw new Error(`${path}: expected images [n, height, width], got shape [${shape.join(", ")}]; give a file like ${basename(path)}`);
  }
  return { reader: recordReader([{ path, size, start, count }], [1, height, width]), labels: labelsOf(path, count), skipped: [] };
}
