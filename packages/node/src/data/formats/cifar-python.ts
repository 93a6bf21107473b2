import { cifarClasses, cifarImage, parseCifarPickle } from "fluxion";
import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import { readPlainFile } from "../read-file.ts";
import type { ImageFormat } from "./image-format.ts";
import { numbered } from "./numbered.ts";

const batches = { train: /^data_batch_(\d+)$/, test: /^(test_batch)$/ };

/** CIFAR-10 as published for Python: pickled dictionaries, whose pixels lie in one piece. */
export const cifarPython: ImageFormat = {
  description: "CIFAR-10 for Python: data_batch_1 …, test_batch",
  matches: ({ file, names }) => !file && names.some((name) => batches.train.test(name) || batches.test.test(name)),
  open: async (source, split, options) => {
    const files = numbered(source, batches[split], split === "train" ? "data_batch_1 …" : "test_batch");
    return { ...(await openParts(source.path, files, openBatch, options)), classes: cifarClasses };
  },
};

function openBatch(path: string): ImagePart {
  const bytes = readPlainFile(path);
  const { count, pixelsStart, labels } = parseCifarPickle(bytes, path);
  return { records: { path, size: bytes.length, start: pixelsStart, count }, image: cifarImage, labels };
}
