import { statSync } from "node:fs";
import { join } from "node:path";
import { npyHeader, parseNpy } from "fluxion";
import type { NpyHeader } from "fluxion";
import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import { readFileStart, readPlainFile } from "../read-file.ts";
import type { ImageFormat } from "./image-format.ts";

/** Arrays of images as NumPy saves them: bytes [n, h, w], [n, c, h, w] or [n, h, w, c], with 1 or 3 channels. */
export const npy: ImageFormat = {
  description: "arrays: train.npy, test.npy, and train-labels.npy, test-labels.npy",
  matches: ({ file, names }) => names.some((name) => (file ? name.endsWith(".npy") : name === "train.npy" || name === "test.npy")),
  open: (source, split, options) => {
    if (source.file && split === "test") {
      throw new Error(`${source.path}: expected test images beside those of training, got one file; give a directory with train.npy and test.npy`);
    }
    const name = `${split}.npy`;
    if (!source.file && !source.names.includes(name)) throw new Error(`${source.path}: expected ${name}, got none; put the file there`);
    const path = source.file ? source.path : join(source.path, name);
    const labels = source.names.includes(`${split}-labels.npy`) ? join(source.path, `${split}-labels.npy`) : undefined;
    return openParts(source.path, [path], () => openArray(path, labels), options);
  },
};

/** Whether a .npy file holds images, not points: its array has three axes or four. */
export function holdsImages(path: string): boolean {
  const { shape } = npyHeader(readFileStart(path, headerBytes), statSync(path).size, path);
  return shape.length >= 3;
}

/** More than any header that NumPy writes for an array of numbers. */
const headerBytes = 4096;

function openArray(path: string, labelsPath: string | undefined): ImagePart {
  const { size } = statSync(path);
  const header = npyHeader(readFileStart(path, headerBytes), size, path);
  const { count, image, interleaved } = imageLayout(path, header);
  return {
    records: { path, size, start: header.start, count, interleaved },
    image,
    labels: labelsPath === undefined ? undefined : labelArray(readPlainFile(labelsPath), labelsPath, count),
  };
}

/** How images stand in an array. */
export interface ImageLayout {
  readonly count: number;
  /** `[channels, height, width]`. */
  readonly image: readonly [number, number, number];
  /** Whether the channels of a pixel stand together. */
  readonly interleaved: boolean;
}

/**
 * The images of an array; channels stand first if both places may hold them.
 *
 * @param file - for messages
 * @throws Error if it holds no images as bytes
 */
export function imageLayout(file: string, { type, shape, columnMajor }: NpyHeader): ImageLayout {
  if (type !== "|u1" || columnMajor) {
    throw new Error(
      `${file}: expected bytes 0 … 255 in C order, got ${type} in ${columnMajor ? "Fortran" : "C"} order; save images as numpy.ascontiguousarray(images, dtype="uint8")`,
    );
  }
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  const channels = (length: number): boolean => length === 1 || length === 3;
  if (count * a * b > 0) {
    if (shape.length === 3) return { count, image: [1, a, b], interleaved: false };
    if (shape.length === 4 && channels(a) && c > 0) return { count, image: [a, b, c], interleaved: false };
    if (shape.length === 4 && channels(c)) return { count, image: [c, a, b], interleaved: true };
  }
  throw new Error(
    `${file}: expected images [n, h, w], [n, c, h, w] or [n, h, w, c] with 1 or 3 channels, got shape [${shape.join(", ")}]; reshape the array`,
  );
}

/**
 * Labels of a .npy file, whole numbers from `first` on, which becomes 0.
 *
 * @throws Error for other labels, or another number of them
 */
export function labelArray(bytes: Uint8Array, file: string, count: number, first = 0): Uint8Array | Int32Array {
  const { data, shape } = parseNpy(bytes, file);
  // A column [n, 1] is as good.
  if (shape[0] !== count || data.length !== count) {
    throw new Error(`${file}: expected ${count} labels, one for each image, got shape [${shape.join(", ")}]; give images and labels of one set`);
  }
  const labels = Int32Array.from(data as ArrayLike<number | bigint>, (label) => Number(label) - first);
  const bad = labels.findIndex((label, i) => label < 0 || Number(data[i]) - first !== label);
  if (bad >= 0) {
    throw new Error(`${file}: expected labels that are whole numbers from ${first}, got ${String(data[bad])} for image ${bad}; number the classes from ${first}`);
  }
  return labels.every((label) => label < 256) ? Uint8Array.from(labels) : labels;
}
