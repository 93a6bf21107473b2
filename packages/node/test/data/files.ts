/** @file Data files made byte by byte, so that what reads them is tested against their formats, not against itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { crc32 } from "@fluxion/graph";
import { writeNpy } from "fluxion";
import { afterAll } from "vitest";

/** A directory that goes with the tests, and a function that puts files there. */
export function workplace(): { readonly root: string; readonly put: (name: string, content: Uint8Array | string) => string } {
  const root = mkdtempSync(join(tmpdir(), "fluxion-data-"));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const put = (name: string, content: Uint8Array | string): string => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  return { root, put };
}

/** Pixels that tell where they stand. */
export const pixelsFrom = (first: number, count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (first + i * 7 + (i >> 8)) % 256);

/** Image `number` of CIFAR-10. */
export const cifarPixels = (number: number): Uint8Array => pixelsFrom(number, 3072);

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => Array.from(part)));

/** A binary batch of CIFAR-10 with these labels. */
export const cifarBin = (labels: readonly number[], first = 0): Uint8Array =>
  joined(...labels.flatMap((label, i) => [[label], cifarPixels(first + i)]));

const text = (value: string): number[] => Array.from(value, (character) => character.charCodeAt(0));
const u32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
const u16 = (value: number): number[] => [value & 255, value >>> 8];
const str = (value: string): number[] => [0x55, value.length, ...text(value)];

/** A pickle as Python 2 wrote CIFAR-10's batches, with hooks for damage. */
export function cifarPickle(
  labels: readonly number[],
  { first = 0, width = 3072, dtype = "u1", called = "cnumpy.core.multiarray\n_reconstruct\n", data = "data", extra = [] as readonly number[] } = {},
): Uint8Array {
  const n = labels.length;
  const pixels = joined(...labels.map((_, i) => cifarPixels(first + i))).subarray(0, n * width);
  return joined(
    [0x80, 2, ...text("}"), ...text("q"), 1, ...text("(")],
    [...str("batch_label"), ...text("q"), 2, ...str("training batch 1 of 5"), ...text("q"), 3],
    [...str("labels"), ...text("]"), ...text("q"), 4, ...text("("), ...labels.flatMap((label) => [0x4b, label]), ...text("e")],
    [...str(data), ...text(called), ...text("q"), 5, ...text("cnumpy\nndarray\n"), 0x4b, 0, 0x85, ...str("b"), 0x87, ...text("R")],
    [...text("("), 0x4b, 1, 0x4d, ...u16(n), 0x4d, ...u16(width), 0x86],
    [...text("cnumpy\ndtype\n"), ...str(dtype), 0x4b, 0, 0x4b, 1, 0x87, ...text("R"), ...text("(")],
    [0x4b, 3, ...str("|"), ...text("NNN"), 0x4a, ...u32(0xffffffff), 0x4a, ...u32(0xffffffff), 0x4b, 0, ...text("tb")],
    [0x89, 0x54, ...u32(pixels.length)],
    pixels,
    [...text("tb"), ...extra, ...str("filenames"), ...text("]("), ...labels.flatMap((_, i) => str(`leptodactylus_${i}.png`)), ...text("eu.")],
  );
}

/** A zip archive as numpy.savez (stored) or savez_compressed (deflated) makes it. */
export function zip(members: Readonly<Record<string, Uint8Array>>, { deflate = false } = {}): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const packed = deflate ? new Uint8Array(deflateRawSync(content)) : content;
    const fields = [...u16(20), ...u16(0), ...u16(deflate ? 8 : 0), ...u32(0), ...u32(Number.parseInt(crc32(content), 16))];
    // As NumPy does: sizes of the local header stand in a ZIP64 field.
    const wide = [...u16(1), ...u16(16), ...u32(content.length), ...u32(0), ...u32(packed.length), ...u32(0)];
    const head = joined([...u32(0x04034b50), ...fields, ...u32(0xffffffff), ...u32(0xffffffff), ...u16(name.length), ...u16(wide.length)], text(name), wide);
    central.push(joined([...u32(0x02014b50), ...u16(20), ...fields, ...u32(packed.length), ...u32(content.length), ...u16(name.length), ...u16(0), ...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(at)], text(name)));
    local.push(head, packed);
    at += head.length + packed.length;
  }
  const directory = joined(...central);
  const count = u16(central.length);
  return joined(...local, directory, [...u32(0x06054b50), ...u16(0), ...u16(0), ...count, ...count, ...u32(directory.length), ...u32(at), ...u16(0)]);
}

/** A batch of downsampled ImageNet. */
export function imagenetNpz(labels: readonly number[], { side = 4, deflate = false, first = 0 } = {}): Uint8Array {
  const pixels = joined(...labels.map((_, i) => pixelsFrom(first + i, 3 * side * side)));
  return zip(
    {
      "data.npy": writeNpy(pixels, [labels.length, 3 * side * side]),
      "labels.npy": writeNpy(BigInt64Array.from(labels, BigInt), [labels.length]),
    },
    { deflate },
  );
}

/** An IDX file of bytes. */
export const idxFile = (shape: readonly number[], values: Uint8Array): Uint8Array =>
  joined([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])], values);
