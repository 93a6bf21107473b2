import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import type { NpzArray } from "../npz-arrays.ts";
import { npzArrays, placeNpz } from "../npz-arrays.ts";
import { readMember } from "../zip.ts";
import type { ImageFormat, OpenImagesOptions } from "./image-format.ts";
import { labelArray } from "./npy.ts";
import { numbered } from "./numbered.ts";

const batches = { train: /^train_data_batch_(\d+)\.npz$/, test: /^(val_data)\.npz$/ };

/**
 * Downsampled ImageNet (Chrabaszcz et al. 2017): archives of `data` `[n, 3·s·s]`, bytes, and `labels` from 1. Members that are
 * stored are read in place; packed ones are unpacked to the cache once.
 */
export const imagenet: ImageFormat = {
  description: "downsampled ImageNet: train_data_batch_1.npz …, val_data.npz",
  matches: ({ file, names }) => !file && names.some((name) => batches.train.test(name) || batches.test.test(name)),
  open: (source, split, options) => {
    const files = numbered(source, batches[split], split === "train" ? "train_data_batch_1.npz …" : "val_data.npz");
    return openParts(source.path, files, (path) => openBatch(path, options), options);
  },
};

async function openBatch(path: string, { cache }: OpenImagesOptions): Promise<ImagePart> {
  const arrays = npzArrays(path);
  const labels = arrayOf(path, arrays, "labels");
  const { records, image } = await openData(arrayOf(path, arrays, "data"), cache);
  return { records, image, labels: labelArray(readMember(path, labels.member), labels.title, records.count, 1) };
}

function arrayOf(path: string, arrays: readonly NpzArray[], name: string): NpzArray {
  const array = arrays.find((each) => each.name === name);
  if (array) return array;
  throw new Error(`${path}: expected arrays data and labels, got ${arrays.map((each) => each.name).join(", ") || "none"}; save both, as numpy.savez(file, data=…, labels=…)`);
}

async function openData(array: NpzArray, cache?: string): Promise<ImagePart> {
  const { path, size, start, type, shape, columnMajor } = await placeNpz(array, cache);
  const [count = 0, width = 0] = shape;
  const side = Math.sqrt(width / 3);
  if (type !== "|u1" || columnMajor || shape.length !== 2 || count === 0 || side === 0 || !Number.isInteger(side)) {
    throw new Error(`${array.path}: expected data [n, 3·s·s] of bytes, got [${shape.join(", ")}] of ${type}; fetch it again`);
  }
  return { records: { path, size, start, count }, image: [3, side, side] };
}
