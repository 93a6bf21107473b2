import { statSync } from "node:fs";
import { join } from "node:path";
import { checkedLabels, cifarClasses, cifarImage, cifarRecordBytes } from "fluxion";
import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import { readFilePart } from "../record-files.ts";
import type { ImageFormat, ImageSource } from "./image-format.ts";
import { numbered } from "./numbered.ts";

const batches = { train: /^data_batch_(\d+)\.bin$/, test: /^(test_batch)\.bin$/ };

/** CIFAR-10 as published for C: records of a label and 3072 bytes of pixels. */
export const cifarBinary: ImageFormat = {
  description: "CIFAR-10 binary: data_batch_1.bin …, test_batch.bin",
  matches: ({ file, names }) => !file && names.some((name) => batches.train.test(name) || batches.test.test(name)),
  open: async (source, split, options) => {
    const files = numbered(source, batches[split], split === "train" ? "data_batch_1.bin …" : "test_batch.bin");
    const whole = holdsPublished(source);
    return { ...(await openParts(source.path, files, (path) => openBatch(path, whole), options)), classes: cifarClasses };
  },
};

/** Images of a batch as published. */
const published = 10_000;

/** Whether the batches are those published, not somebody's own, as far as their sizes tell: one of them has as many images. */
function holdsPublished({ path, names }: ImageSource): boolean {
  const own = names.filter((name) => batches.train.test(name) || batches.test.test(name));
  return own.some((name) => statSync(join(path, name)).size === published * cifarRecordBytes);
}

/** Records whose labels are read at once. */
const block = 256;

/** @param whole - whether it must be a batch as published: one that is cut between two records looks whole by itself */
function openBatch(path: string, whole: boolean): ImagePart {
  const { size } = statSync(path);
  const count = size / cifarRecordBytes;
  if (!Number.isInteger(count) || count === 0) {
    throw new Error(
      `${path}: expected records of ${cifarRecordBytes} bytes, one or more, got ${size} bytes; the file is incomplete or no batch of CIFAR-10, fetch it again`,
    );
  }
  if (whole && count !== published) {
    throw new Error(`${path}: expected ${published} images as in the batches beside it, got ${count}; the file is incomplete, fetch it again`);
  }
  const labels: number[] = [];
  for (let from = 0; from < count; from += block) {
    const records = new Uint8Array(Math.min(block, count - from) * cifarRecordBytes);
    readFilePart(path, from * cifarRecordBytes, records);
    for (let at = 0; at < records.length; at += cifarRecordBytes) labels.push(records[at] ?? NaN);
  }
  return {
    records: { path, size, start: 1, stride: cifarRecordBytes, count },
    image: cifarImage,
    labels: checkedLabels(labels, path),
  };
}
