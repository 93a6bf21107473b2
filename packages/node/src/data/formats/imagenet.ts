import { readFileSync, statSync, writeFileSync } from "node:fs";
import { npyHeader } from "fluxion";
import { readFilePart } from "../record-files.ts";
import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import { identity, madeOnce } from "../unpacked.ts";
import type { ZipMember } from "../zip.ts";
import { checkMember, zipMembers } from "../zip.ts";
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
  const members = zipMembers(path);
  const labels = memberOf(path, members, "labels");
  const data = memberOf(path, members, "data");
  const { records, image } = await openData(path, data, cache);
  const bytes = readFileSync(await unpacked(path, labels, cache));
  return { records, image, labels: labelArray(bytes, `${path}: labels`, records.count, 1) };
}

function memberOf(path: string, members: readonly ZipMember[], name: string): ZipMember {
  const member = members.find((each) => each.name === `${name}.npy`);
  if (member) return member;
  throw new Error(`${path}: expected arrays data and labels, got ${members.map((each) => each.name).join(", ") || "none"}; save both, as numpy.savez(file, data=…, labels=…)`);
}

/** A member unpacked to a file of its own. */
const unpacked = (path: string, member: ZipMember, cache?: string): Promise<string> =>
  madeOnce(["npz", identity(path), member.name, String(member.crc)], (to) => checkMember(path, member, to), cache);

async function openData(path: string, member: ZipMember, cache?: string): Promise<ImagePart> {
  const file = member.stored ? path : await unpacked(path, member, cache);
  const base = member.stored ? member.start : 0;
  const head = new Uint8Array(Math.min(4096, member.size));
  readFilePart(file, base, head);
  const { type, shape, columnMajor, start } = npyHeader(head, member.size, `${path}: data`);
  const [count = 0, width = 0] = shape;
  const side = Math.sqrt(width / 3);
  if (type !== "|u1" || columnMajor || shape.length !== 2 || count === 0 || side === 0 || !Number.isInteger(side)) {
    throw new Error(`${path}: expected data [n, 3·s·s] of bytes, got [${shape.join(", ")}] of ${type}; fetch it again`);
  }
  // Reading all of it once tells of damage before training does.
  if (member.stored) await madeOnce(["checked", identity(path), member.name, String(member.crc)], async (to) => {
    await checkMember(path, member);
    writeFileSync(to, "");
  }, cache);
  return { records: { path: file, size: statSync(file).size, start: base + start, count }, image: [3, side, side] };
}
