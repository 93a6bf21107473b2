import { statSync } from "node:fs";
import { basename } from "node:path";
import { idxHeader } from "fluxion";
import { gunzipTo } from "../gunzip.ts";
import { findImages, labelsOf } from "../load-images.ts";
import { isGzip, readFileStart } from "../read-file.ts";
import { recordReader } from "../record-files.ts";
import { identity, madeOnce } from "../unpacked.ts";
import type { ImageFormat, ImageSet } from "./image-format.ts";

/** Grey images as MNIST's. What is packed by gzip cannot be read by position, and is unpacked to the cache once. */
export const idx: ImageFormat = {
  description: "IDX: train-images-idx3-ubyte, t10k-images-idx3-ubyte, and …-labels-idx1-ubyte, with .gz or not",
  matches: ({ names }) => names.some((name) => /idx3-ubyte(\.gz)?$/.test(name)),
  open: async ({ path: source }, split, { cache }) => {
    const path = findImages(source, split);
    if (!isGzip(path)) return byPosition(path, path);
    return byPosition(path, await madeOnce(["gzip", identity(path)], (to) => gunzipTo(path, to), cache));
  },
};

/** @param file - the images of `path`, unpacked */
function byPosition(path: string, file: string): ImageSet {
  const { size } = statSync(file);
  const { shape, start } = idxHeader(readFileStart(file, 1024), size, path);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || count * height * width === 0) {
    throw new Error(`${path}: expected images [n, height, width], got shape [${shape.join(", ")}]; give a file like ${basename(path)}`);
  }
  return { reader: recordReader([{ path: file, size, start, count }], [1, height, width]), labels: labelsOf(path, count), skipped: [] };
}
