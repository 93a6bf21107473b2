import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isImageSource, readImageSet, openImages } from "@fluxion/node";
import type { ImageSplit, OpenImagesOptions } from "@fluxion/node";
import { writeNpy } from "fluxion";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cifarBin, cifarPickle, cifarPixels, idxFile, imagenetNpz, pixelsFrom, workplace, zip } from "./files.ts";

const { root, put } = workplace();
const cache = join(root, "cache");
const at = (name: string): string => join(root, name);

/** A part of a set in memory, with what was left out. */
async function load(name: string, split: ImageSplit = "train", options: OpenImagesOptions = {}) {
  const set = await openImages(at(name), split, { cache, ...options });
  const { pixels, shape, labels } = readImageSet(set);
  return { pixels, shape, labels: labels && [...labels], classes: set.classes, skipped: set.skipped };
}

/** Images of whole sets, one after the other. */
const images = (...all: readonly Uint8Array[]): Uint8Array => Uint8Array.from(all.flatMap((one) => [...one]));

/** One row a format: how a set of two batches and a test batch is written, and the pixels of image i. */
const sets = {
  "CIFAR-10 binary": () => {
    put("bin/data_batch_10.bin", cifarBin([3], 2));
    put("bin/data_batch_2.bin", cifarBin([9, 0]));
    put("bin/test_batch.bin", cifarBin([5], 7));
    put("bin/batches.meta.txt", "airplane\n");
    return { name: "bin", image: [3, 32, 32], pixels: cifarPixels, labels: [9, 0, 3], classes: 10, test: 7 };
  },
  "CIFAR-10 for Python": () => {
    put("py/data_batch_1", cifarPickle([9, 0]));
    put("py/data_batch_2", cifarPickle([3], { first: 2 }));
    put("py/test_batch", cifarPickle([5], { first: 7 }));
    put("py/batches.meta", "");
    return { name: "py", image: [3, 32, 32], pixels: cifarPixels, labels: [9, 0, 3], classes: 10, test: 7 };
  },
  "downsampled ImageNet, stored and deflated": () => {
    put("npz/train_data_batch_1.npz", imagenetNpz([1000, 1]));
    put("npz/train_data_batch_2.npz", imagenetNpz([3], { first: 2, deflate: true }));
    put("npz/val_data.npz", imagenetNpz([5], { first: 7, deflate: true }));
    return { name: "npz", image: [3, 4, 4], pixels: (i: number) => pixelsFrom(i, 48), labels: [999, 0, 2], classes: undefined, test: 7 };
  },
  "arrays [n, c, h, w]": () => {
    put("chw/train.npy", writeNpy(images(pixelsFrom(0, 30), pixelsFrom(1, 30), pixelsFrom(2, 30)), [3, 3, 2, 5]));
    put("chw/train-labels.npy", writeNpy(BigInt64Array.of(9n, 0n, 300n), [3]));
    put("chw/test.npy", writeNpy(pixelsFrom(7, 30), [1, 3, 2, 5]));
    return { name: "chw", image: [3, 2, 5], pixels: (i: number) => pixelsFrom(i, 30), labels: [9, 0, 300], classes: undefined, test: 7 };
  },
  "archives, stored and deflated": () => {
    const labels = writeNpy(BigInt64Array.of(9n, 0n, 300n), [3]);
    put("archives/train.npz", zip({ "y.npy": labels, "x.npy": writeNpy(images(pixelsFrom(0, 30), pixelsFrom(1, 30), pixelsFrom(2, 30)), [3, 3, 2, 5]) }, { deflate: true }));
    put("archives/test.npz", zip({ "images.npy": writeNpy(pixelsFrom(7, 30), [1, 3, 2, 5]) }));
    return { name: "archives", image: [3, 2, 5], pixels: (i: number) => pixelsFrom(i, 30), labels: [9, 0, 300], classes: undefined, test: 7 };
  },
  "an archive of both parts": () => {
    const train = writeNpy(images(pixelsFrom(0, 10), pixelsFrom(1, 10), pixelsFrom(2, 10)), [3, 2, 5]);
    const test = writeNpy(pixelsFrom(7, 10), [1, 2, 5]);
    const labels = writeNpy(Uint8Array.of(9, 0, 3), [3, 1]);
    put("both.npz", zip({ "x_test.npy": test, "x_train.npy": train, "y_train.npy": labels, "y_test.npy": writeNpy(Uint8Array.of(5), [1]) }));
    return { name: "both.npz", image: [1, 2, 5], pixels: (i: number) => pixelsFrom(i, 10), labels: [9, 0, 3], classes: undefined, test: 7 };
  },
  IDX: () => {
    put("idx/train-images-idx3-ubyte", idxFile([3, 2, 5], images(pixelsFrom(0, 10), pixelsFrom(1, 10), pixelsFrom(2, 10))));
    put("idx/train-labels-idx1-ubyte", idxFile([3], Uint8Array.of(9, 0, 3)));
    put("idx/t10k-images-idx3-ubyte.gz", gzipSync(idxFile([1, 2, 5], pixelsFrom(7, 10))));
    return { name: "idx", image: [1, 2, 5], pixels: (i: number) => pixelsFrom(i, 10), labels: [9, 0, 3], classes: undefined, test: 7 };
  },
} as const;

describe.each(Object.entries(sets))("openImages: %s", (_, make) => {
  const { name, image, pixels, labels, classes, test } = make();

  it("reads all batches in the order of their numbers, with labels, and the test images", async () => {
    expect(await load(name)).toEqual({
      pixels: images(pixels(0), pixels(1), pixels(2)),
      shape: [3, ...image],
      labels,
      classes,
      skipped: [],
    });
    expect(await load(name, "test")).toMatchObject({ pixels: pixels(test), shape: [1, ...image] });
  });

  it("reads images by number, in any order and again and again", async () => {
    const { reader } = await openImages(at(name), "train", { cache });
    const out = new Uint8Array(4 * pixels(0).length);
    reader.read([2, 0, 2, 1], out);
    expect(out).toEqual(images(pixels(2), pixels(0), pixels(2), pixels(1)));
    for (const bad of [-1, 3]) expect(() => { reader.read([bad], out); }).toThrow();
  });
});

describe("openImages", () => {
  it("turns interleaved channels into planes, and takes grey arrays and single files", async () => {
    const hwc = put("hwc.npy", writeNpy(Uint8Array.from({ length: 24 }, (_, i) => i), [2, 2, 2, 3]));
    const { reader } = await openImages(hwc, "train");
    const out = new Uint8Array(24);
    reader.read([1, 0], out);
    expect([...out]).toEqual([12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23, 0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    const grey = await openImages(put("grey.npy", writeNpy(pixelsFrom(0, 12), [2, 2, 3])), "train");
    expect(readImageSet(grey)).toEqual({ pixels: pixelsFrom(0, 12), shape: [2, 1, 2, 3], labels: undefined });
  });

  it("unpacks IDX files in gzip to the cache, once, and reads them there", async () => {
    const path = put("packed/train-images-idx3-ubyte.gz", gzipSync(idxFile([2, 2, 3], pixelsFrom(0, 12))));
    const own = join(root, "own-cache");
    const first = await openImages(at("packed"), "train", { cache: own });
    const [file = ""] = readdirSync(own);
    expect(readFileSync(join(own, file))).toEqual(Buffer.from(idxFile([2, 2, 3], pixelsFrom(0, 12))));
    const second = await openImages(path, "train", { cache: own });
    expect(readdirSync(own)).toEqual([file]);
    for (const set of [first, second]) expect(readImageSet(set)).toMatchObject({ pixels: pixelsFrom(0, 12), shape: [2, 1, 2, 3] });
  });

  it("tells files of images from files of points", () => {
    const array = (shape: readonly number[]) => writeNpy(new Uint8Array(8), shape);
    for (const [name, held, images] of [["a", "x", true], ["b", "test_images", true], ["c", "arr_0", false]] as const) {
      expect(isImageSource(put(`${name}.npz`, zip({ [`${held}.npy`]: array([2, 2, 2]) }, { deflate: true })))).toBe(images);
    }
    expect(isImageSource(put("d.npz", zip({ "x.npy": array([4, 2]), "y.npy": array([8]) })))).toBe(false);
    expect(isImageSource(put("e.npy", array([2, 2, 2])))).toBe(true);
    expect(isImageSource(put("f.npy", array([4, 2])))).toBe(false);
    expect(isImageSource(at("absent.npz"))).toBe(false);
  });

  it("names path, expectation, finding and cure for bad sets", async () => {
    mkdirSync(at("empty"));
    put("short/data_batch_1.bin", cifarBin([1, 2]).subarray(0, 6000));
    put("label/data_batch_1.bin", cifarBin([1, 10]));
    put("no-test/data_batch_1.bin", cifarBin([1]));
    put("cut/data_batch_1", cifarPickle([1, 2]).subarray(0, 3000));
    put("code/data_batch_1", cifarPickle([1], { called: "cposix\nsystem\n" }));
    put("opcode/data_batch_1", cifarPickle([1], { extra: [0x93] }));
    put("protocol/data_batch_1", Uint8Array.of(0x80, 4, 0x95));
    put("narrow/data_batch_1", cifarPickle([1, 2], { width: 1024 }));
    put("floats/data_batch_1", cifarPickle([1], { dtype: "f4" }));
    put("keys/data_batch_1", cifarPickle([1], { data: "date" }));
    put("unlabelled/train_data_batch_1.npz", zip({ "data.npy": writeNpy(new Uint8Array(48), [1, 48]) }));
    put("zero/train_data_batch_1.npz", imagenetNpz([0]));
    put("few/train_data_batch_1.npz", zip({ "data.npy": writeNpy(new Uint8Array(48), [1, 48]), "labels.npy": writeNpy(Int32Array.of(1, 2), [2]) }));
    put("oblong/train_data_batch_1.npz", zip({ "data.npy": writeNpy(new Uint8Array(60), [1, 60]), "labels.npy": writeNpy(Int32Array.of(1), [1]) }));
    const whole = imagenetNpz([1, 2]);
    put("cut-npz/train_data_batch_1.npz", whole.subarray(0, 200));
    put("flipped/train_data_batch_1.npz", whole.map((byte, i) => (i === 250 ? byte ^ 1 : byte)));
    const packed = imagenetNpz([1, 2], { deflate: true });
    put("flipped-packed/train_data_batch_1.npz", packed.map((byte, i) => (i === 130 ? byte ^ 1 : byte)));
    put("sizes/train_data_batch_1.npz", imagenetNpz([1]));
    put("sizes/train_data_batch_2.npz", imagenetNpz([1], { side: 8 }));
    put("archives-of-training/train.npz", "");
    put("nameless.npz", zip({ "arr_0.npy": writeNpy(new Uint8Array(8), [2, 2, 2]) }));
    put("float.npz", zip({ "x.npy": writeNpy(new Float32Array(8), [2, 2, 2]) }));
    put("few.npz", zip({ "x.npy": writeNpy(new Uint8Array(8), [2, 2, 2]), "y.npy": writeNpy(Uint8Array.of(1), [1]) }));
    put("damaged.npz", zip({ "x.npy": writeNpy(new Uint8Array(800), [2, 20, 20]) }).map((byte, i) => (i === 400 ? 1 : byte)));
    put("cut-gzip/train-images-idx3-ubyte.gz", gzipSync(idxFile([2, 2, 3], pixelsFrom(0, 12))).subarray(0, 20));
    put("short-gzip/train-images-idx3-ubyte.gz", gzipSync(idxFile([3, 2, 3], pixelsFrom(0, 12))));
    const cases: readonly (readonly [string, string])[] = [
      ["cut-gzip", "cut-gzip/train-images-idx3-ubyte.gz: expected a whole gzip file, got one that does not unpack (unexpected end of file); fetch it again"],
      ["short-gzip", "short-gzip/train-images-idx3-ubyte.gz: expected 34 bytes for shape [3, 2, 3], got 28"],
      ["nameless.npz", "nameless.npz: expected images in an array called images, x, data or x_train, got arr_0; save them as numpy.savez("],
      ["float.npz", "float.npz: x: expected bytes 0 … 255 in C order, got <f4"],
      ["few.npz", "few.npz: y: expected 2 labels, one for each image, got shape [1]"],
      ["damaged.npz", 'expected "x.npy" to have checksum'],
      ["empty", "empty: expected images in one of these forms, got none of them; put the files there"],
      ["absent", "absent: expected a directory or file of images, got nothing there"],
      ["short", "data_batch_1.bin: expected records of 3073 bytes, one or more, got 6000 bytes; the file is incomplete"],
      ["label", "data_batch_1.bin: expected labels from 0 to 9, got 10 for image 1"],
      ["cut", "data_batch_1: expected a pickle with a string of 6144 bytes"],
      ["code", 'data_batch_1: expected a pickle with no names but numpy.core.multiarray _reconstruct, numpy ndarray, numpy dtype, got "posix system"'],
      ["opcode", "expected a pickle with only the opcodes of CIFAR-10's batches, got STACK_GLOBAL at byte"],
      ["protocol", "expected a pickle with protocol 2, got protocol 4"],
      ["narrow", "expected a batch of CIFAR-10 with data [n, 3072] and labels [n], got data [2, 1024] of 2048 bytes"],
      ["floats", "got data that are no array of bytes"],
      ["keys", 'got a dictionary of "batch_label", "labels", "date", "filenames"'],
      ["unlabelled", "expected arrays data and labels, got data; save both"],
      ["zero", "labels: expected labels that are whole numbers from 1, got 0 for image 0"],
      ["few", "labels: expected 1 labels, one for each image, got shape [2]"],
      ["oblong", "expected data [n, 3·s·s] of bytes, got [1, 60] of |u1"],
      ["cut-npz", "expected a whole zip archive, as numpy.savez writes it, got a file without the end of one"],
      ["flipped", 'expected "data.npy" to have checksum'],
      ["flipped-packed", "flipped-packed/train_data_batch_1.npz: expected"],
      ["sizes", "sizes: expected 2 whole files, got 1 damaged ones:"],
    ];
    for (const [name, message] of cases) await expect(load(name), name).rejects.toThrow(message);
    await expect(load("no-test", "test")).rejects.toThrow("no-test: expected test_batch.bin, got none");
    await expect(load("hwc.npy", "test")).rejects.toThrow("give a directory with train.npy and test.npy");
    await expect(load("few.npz", "test")).rejects.toThrow("few.npz: expected test images beside those of training, got one array x; give a directory with train.npz and test.npz, or call them");
    await expect(load("archives-of-training", "test")).rejects.toThrow("archives-of-training: expected test.npz, got none; put the file there");
    put("f4.npy", writeNpy(new Float32Array(8), [2, 2, 2]));
    await expect(load("f4.npy")).rejects.toThrow("expected bytes 0 … 255 in C order, got <f4");
    put("five.npy", writeNpy(new Uint8Array(8), [2, 2, 2, 1, 1]));
    await expect(load("five.npy")).rejects.toThrow("got shape [2, 2, 2, 1, 1]; reshape");
    await expect(load("idx", "train", { imageSize: 8 })).rejects.toThrow("imageSize: expected only for folders of pictures");
  });

  it("names and counts the damaged files of a set, and goes on without them when told to", async () => {
    put("mixed/data_batch_1.bin", cifarBin([1], 0));
    put("mixed/data_batch_2.bin", cifarBin([2], 1).subarray(1));
    put("mixed/data_batch_3.bin", cifarBin([3], 2));
    await expect(load("mixed")).rejects.toThrow(/mixed: expected 3 whole files, got 1 damaged ones:\n.*data_batch_2.bin: expected records.*\n.*--skip-bad/);
    const { pixels, labels, skipped } = await load("mixed", "train", { skipBad: true });
    expect(pixels).toEqual(images(cifarPixels(0), cifarPixels(2)));
    expect(labels).toEqual([1, 3]);
    expect(skipped).toEqual([expect.stringContaining("data_batch_2.bin: expected records of 3073 bytes")]);
    put("all-bad/data_batch_1.bin", "no");
    await expect(load("all-bad", "train", { skipBad: true })).rejects.toThrow("expected records of 3073 bytes");
  });

  it("misses records of a batch that is cut between two, where another has as many as published", async () => {
    const full = new Uint8Array(10_000 * 3073);
    put("published/data_batch_1.bin", full);
    put("published/data_batch_2.bin", full.subarray(0, 9_999 * 3073));
    await expect(load("published")).rejects.toThrow("data_batch_2.bin: expected 10000 images as in the batches beside it, got 9999; the file is incomplete, fetch it again");
    put("published/test_batch.bin", cifarBin([1]));
    await expect(load("published", "test")).rejects.toThrow("test_batch.bin: expected 10000 images");
    expect((await openImages(at("published"), "train", { skipBad: true })).reader.shape).toEqual([10_000, 3, 32, 32]);
  });

  it("notices a file that changes while it is in use", async () => {
    const path = put("changing/data_batch_1.bin", cifarBin([1, 2]));
    const { reader } = await openImages(at("changing"), "train");
    appendFileSync(path, cifarBin([3]));
    expect(() => { reader.read([0], new Uint8Array(3072)); }).toThrow("data_batch_1.bin: expected 6146 bytes as when it was opened, got 9219");
    writeFileSync(path, "");
  });
});
