import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openImages, readImageSet } from "@fluxion/node";
import type { ImageSplit, OpenImagesOptions } from "@fluxion/node";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { workplace } from "./files.ts";

const { root, put } = workplace();
const cache = join(root, "cache");

type Pixel = (x: number, y: number) => readonly number[];

/** A picture file of what `pixel` says, in the format of its name. */
async function picture(name: string, width: number, height: number, pixel: Pixel, orientation?: number): Promise<Uint8Array> {
  const channels = pixel(0, 0).length as 1 | 3 | 4;
  const data = Uint8Array.from({ length: height * width }, (_, i) => i).reduce<number[]>((all, _, i) => [...all, ...pixel(i % width, Math.floor(i / width))], []);
  const raw = sharp(Uint8Array.from(data), { raw: { width, height, channels } });
  const typed = channels === 1 ? raw.toColourspace("b-w") : raw;
  const turned = orientation === undefined ? typed : typed.withMetadata({ orientation });
  const bytes = await (name.endsWith(".png") ? turned.png() : name.endsWith(".webp") ? turned.webp({ lossless: true }) : turned.jpeg({ quality: 100 })).toBuffer();
  put(name, bytes);
  return bytes;
}

const flat = (...values: readonly number[]): Pixel => () => values;

async function load(name: string, options: OpenImagesOptions = {}, split: ImageSplit = "train") {
  const set = await openImages(join(root, name), split, { cache, ...options });
  const { pixels, shape, labels } = readImageSet(set);
  return { pixels: [...pixels], shape, labels: labels && [...labels], classes: set.classes, skipped: set.skipped };
}

describe("folders of pictures", () => {
  it("takes folders as classes in the order of their names, train and test apart, PNG, JPEG and WebP", async () => {
    await picture("set/train/dog/b.webp", 2, 2, flat(3, 2, 1));
    await picture("set/train/dog/deep/a.PNG".replace("PNG", "png"), 2, 2, flat(9, 9, 9));
    await picture("set/train/Cat/z.jpg", 2, 2, flat(200, 200, 200));
    await picture("set/train/ant/10.png", 2, 2, (x, y) => [x, y, 7]);
    await picture("set/val/ant/1.png", 2, 2, flat(5, 5, 5));
    put("set/train/notes.txt", "no picture");
    const train = await load("set");
    expect(train).toMatchObject({ shape: [4, 3, 2, 2], labels: [0, 1, 2, 2], classes: 3, skipped: [] });
    expect(train.pixels.slice(0, 24)).toEqual([...Array<number>(12).fill(200), 0, 1, 0, 1, 0, 0, 1, 1, 7, 7, 7, 7]);
    expect(train.pixels.slice(24, 36)).toEqual([3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1]);
    // A class has the number that it has in training, whichever classes the split shows.
    expect(await load("set", {}, "test")).toMatchObject({ pixels: Array<number>(12).fill(5), labels: [1], classes: 3 });
    await picture("set/val/emu/1.png", 2, 2, flat(5, 5, 5));
    await expect(load("set", {}, "test")).rejects.toThrow("val: expected only classes that the training pictures have (Cat, ant, dog), got emu; rename or remove the folder");
  });

  it("decodes once: what is in the cache is read again, and changed pictures are not", async () => {
    await picture("once/a.png", 2, 2, flat(40));
    expect((await load("once")).pixels).toEqual([40, 40, 40, 40]);
    const before = readdirSync(cache).length;
    expect(await load("once")).toMatchObject({ pixels: [40, 40, 40, 40], shape: [1, 1, 2, 2], labels: undefined });
    expect(readdirSync(cache).length).toBe(before);
    await picture("once/a.png", 2, 2, (x) => [x]);
    expect((await load("once")).pixels).toEqual([0, 1, 0, 1]);
    expect(readdirSync(cache).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("takes the central square, without aliasing, as the picture is meant to be seen", async () => {
    // Left and right of the central 8 × 8 stands what must not be seen.
    await picture("crop/a.png", 14, 8, (x) => (x < 3 || x > 10 ? [255, 0, 0] : [0, 60, 120]));
    expect((await load("crop", { imageSize: 4 })).pixels).toEqual([...Array<number>(16).fill(0), ...Array<number>(16).fill(60), ...Array<number>(16).fill(120)]);
    // Single-pixel stripes become their mean, where a resampler that skips pixels would keep them.
    await picture("stripes/a.png", 32, 32, (x) => [x % 2 === 0 ? 0 : 200]);
    const { pixels } = await load("stripes", { imageSize: 8 });
    for (const value of pixels.filter((_, i) => i % 8 > 0 && i % 8 < 7)) expect(Math.abs(value - 100)).toBeLessThan(12);
    // Orientation 6: stored lying on its side.
    await picture("turned/a.jpg", 4, 2, flat(50, 50, 50), 6);
    expect((await load("turned")).shape).toEqual([1, 3, 4, 2]);
    await picture("clear/a.png", 1, 1, flat(0, 0, 0, 0));
    expect((await load("clear")).pixels).toEqual([255, 255, 255]);
  });

  it("makes grey and coloured pictures alike when told what all become", async () => {
    await picture("both/a.png", 2, 2, flat(80));
    await picture("both/b.png", 2, 2, flat(80, 80, 80));
    await expect(load("both")).rejects.toThrow(/b.png: expected 1 channel as in .*a.png, got 3 channels; say what all become \(--colour grey or --colour rgb\)/);
    expect(await load("both", { colour: "rgb" })).toMatchObject({ shape: [2, 3, 2, 2], pixels: Array<number>(24).fill(80) });
    expect(await load("both", { colour: "grey" })).toMatchObject({ shape: [2, 1, 2, 2], pixels: Array<number>(8).fill(80) });
  });

  it("names and counts damaged pictures, and goes on without them when told to", async () => {
    const noise: Pixel = (x, y) => [(x * 37 + y * 91) % 256, (x * y * 53) % 256, (x * 11 + y * y) % 256];
    const bytes = await picture("damaged/a/1.jpg", 24, 24, noise);
    await picture("damaged/b/3.jpg", 24, 24, noise);
    put("damaged/a/2.jpg", bytes.subarray(0, bytes.length / 2));
    put("damaged/b/4.png", "hello");
    await expect(load("damaged")).rejects.toThrow(/damaged: expected 4 whole pictures, got 2 damaged ones:\n {2}.*2\.jpg: .+\n {2}.*4\.png: .+\n.*--skip-bad/);
    const { shape, labels, skipped } = await load("damaged", { skipBad: true });
    expect([shape[0], labels, skipped.length]).toEqual([2, [0, 1], 2]);
  });

  it.runIf(process.platform === "linux")("says which file of the cache a full disk cut short, and leaves nothing of it", async () => {
    await picture("full/a.png", 2, 2, flat(80));
    const small = join(root, "small-cache");
    await openImages(join(root, "full"), "train", { cache: small });
    const [name = ""] = readdirSync(small);
    rmSync(join(small, name));
    // Every write to /dev/full fails as on a full disk.
    symlinkSync("/dev/full", join(small, `${name}.${String(process.pid)}.tmp`));
    await expect(openImages(join(root, "full"), "train", { cache: small })).rejects.toThrow(new RegExp(`${name}: could not be written: ENOSPC.*nothing is left of it; free space`, "s"));
    expect(readdirSync(small)).toEqual([]);
  });

  it("names path, expectation, finding and cure for bad folders", async () => {
    await picture("sizes/a.png", 2, 2, flat(1));
    await picture("sizes/b.png", 3, 2, flat(1));
    await expect(load("sizes")).rejects.toThrow(/b.png: expected 2 × 2 pixels as in .*a.png, got 3 × 2; say which size all get \(--image-size\)/);
    await picture("loose/a.png", 2, 2, flat(1));
    await picture("loose/cat/b.png", 2, 2, flat(1));
    await expect(load("loose")).rejects.toThrow("expected every picture in the folder of its class, got a.png in none");
    await expect(load("sizes", {}, "test")).rejects.toThrow("sizes: expected a folder test or val with the test pictures, got none");
    mkdirSync(join(root, "hollow/train"), { recursive: true });
    writeFileSync(join(root, "hollow/train/readme.txt"), "");
    await expect(load("hollow")).rejects.toThrow("expected images in one of these forms");
    mkdirSync(join(root, "half/train"), { recursive: true });
    await picture("half/test/a.png", 2, 2, flat(1));
    await expect(load("half")).rejects.toThrow("train: expected PNG, JPEG or WebP pictures, got none");
    put("none/a.png", "x");
    await expect(load("none", { skipBad: true })).rejects.toThrow("none: expected pictures that can be read, got 1 that cannot");
  });
});
