import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openImages, readImageSet } from "@fluxion/node";
import { Key, trainingImages, trainingImagesFrom } from "fluxion";
import { describe, expect, it } from "vitest";
import { cifarBin, cifarPixels, workplace } from "./files.ts";

const { root, put } = workplace();

describe("streaming", () => {
  it("holds no more of a file of 600 MB than batches and labels", async () => {
    // A sparse file: zeros, but for a known image at its end.
    const records = 200_000;
    const last = cifarBin([7], 3);
    const file = openSync(put("large/data_batch_1.bin", ""), "w");
    ftruncateSync(file, records * 3073);
    writeSync(file, last, 0, last.length, (records - 1) * 3073);
    closeSync(file);
    const used = (): number => {
      globalThis.gc?.();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    const before = used();
    const { reader, labels, classes } = await openImages(join(root, "large"), "train");
    const training = trainingImagesFrom(reader, { labels, classes });
    const out = new Float32Array(64 * 3072);
    let most = 0;
    for (let step = 0; step < 40; step++) {
      training.fill(Key.from(1), step, out);
      most = Math.max(most, used() - before);
    }
    // What garbage stands uncollected is of batches too; the file has 615 MB.
    expect(most).toBeLessThan(150e6);
    expect([reader.shape, labels?.at(-1)]).toEqual([[records, 3, 32, 32], 7]);
    const image = new Uint8Array(3072);
    reader.read([records - 1], image);
    expect(image).toEqual(cifarPixels(3));
  });

  it("draws the same bits as images in memory, flipped or not", async () => {
    put("small/data_batch_1.bin", cifarBin([1, 2, 3]));
    put("small/data_batch_2.bin", cifarBin([4, 5], 3));
    const set = await openImages(join(root, "small"), "train");
    const { pixels, shape } = readImageSet(set);
    for (const flip of [false, true]) {
      const [streamed, resident] = [trainingImagesFrom(set.reader, { flip }), trainingImages(pixels, shape, { flip })];
      for (const step of [0, 5, 2]) {
        const [a, b] = [new Float32Array(4 * 3072), new Float32Array(4 * 3072)];
        streamed.fill(Key.from("k"), step, a);
        resident.fill(Key.from("k"), step, b);
        expect(a).toEqual(b);
      }
    }
  });
});
