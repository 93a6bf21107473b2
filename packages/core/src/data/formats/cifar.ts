/** @file The batches of CIFAR-10 (Krizhevsky 2009), as published for C and for Python. */
import type { PickleValue } from "./pickle.ts";
import { isKind, parsePickle, pickleText } from "./pickle.ts";

/** Shape of an image of CIFAR-10, red, green and blue planes. */
export const cifarImage = [3, 32, 32] as const;

const IMAGE_BYTES = 3072;

/** Bytes of an image in a binary batch: one for its label, then its pixels. */
export const cifarRecordBytes = 1 + IMAGE_BYTES;

/** Classes of CIFAR-10. */
export const cifarClasses = 10;

/** A batch, in which the pixels of all images lie one after the other. */
export interface CifarBatch {
  readonly count: number;
  /** Where in the file the pixels `[count, 3, 32, 32]` begin. */
  readonly pixelsStart: number;
  /** From 0 to 9. */
  readonly labels: Uint8Array;
}

/**
 * Reads a Python batch of CIFAR-10: a pickled dictionary of `data` `[n, 3072]`, bytes, and `labels`, n numbers. Nothing in it
 * is executed.
 * @throws Error naming `file` if it is no such batch
 */
export function parseCifarPickle(bytes: Uint8Array, file = "parseCifarPickle"): CifarBatch {
  const batch = parsePickle(bytes, file);
  const fail = (got: string): never => {
    throw new Error(`${file}: expected a batch of CIFAR-10 with data [n, 3072] and labels [n], got ${got}; fetch it again`);
  };
  if (!isKind(batch, "dict")) return fail("no dictionary");
  const data = batch.entries.get("data");
  const labels = batch.entries.get("labels");
  if (data === undefined || labels === undefined) {
    const keys = [...batch.entries.keys()].map((key) => JSON.stringify(key)).join(", ");
    return fail(keys === "" ? "an empty dictionary" : `a dictionary of ${keys}`);
  }
  const array = arrayOf(data, new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  if (!array) return fail("data that are no array of bytes");
  const [count = 0, width] = array.shape;
  if (array.shape.length !== 2 || width !== IMAGE_BYTES || array.length !== count * IMAGE_BYTES || count === 0) {
    return fail(`data [${array.shape.join(", ")}] of ${array.length} bytes`);
  }
  if (!isKind(labels, "list") || labels.items.length !== count) {
    return fail(`${isKind(labels, "list") ? labels.items.length : "no list of"} labels for ${count} images`);
  }
  return { count, pixelsStart: array.start, labels: checkedLabels(labels.items, file) };
}

/** Labels from 0 to 9, one for each image. */
export function checkedLabels(labels: readonly PickleValue[], file: string): Uint8Array {
  const bad = labels.findIndex((label) => typeof label !== "number" || label < 0 || label >= cifarClasses);
  if (bad < 0) return Uint8Array.from(labels as readonly number[]);
  const got = labels[bad];
  throw new Error(
    `${file}: expected labels from 0 to ${cifarClasses - 1}, got ${typeof got === "number" ? got : "another value"} for image ${bad}; the file is damaged or no batch of CIFAR-10, fetch it again`,
  );
}

/** The array that NumPy would rebuild: its state is (version, shape, dtype, whether column-major, bytes). */
function arrayOf(
  value: PickleValue,
  view: DataView,
): { readonly shape: readonly number[]; readonly start: number; readonly length: number } | undefined {
  if (!isKind(value, "object") || !isKind(value.state, "tuple")) return undefined;
  const [, shape, dtype, columnMajor, raw] = value.state.items;
  if (!isKind(shape, "tuple") || !isKind(dtype, "object") || columnMajor !== false || !isKind(raw, "bytes")) return undefined;
  const name = isKind(dtype.args, "tuple") ? dtype.args.items[0] : undefined;
  if (!isKind(name, "bytes") || pickleText(view, name) !== "u1") return undefined;
  return { shape: shape.items.filter((length) => typeof length === "number"), start: raw.start, length: raw.length };
}
