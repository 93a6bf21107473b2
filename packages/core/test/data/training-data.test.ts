import fc from "fast-check";
import type { TrainingData } from "fluxion";
import { invertTransform, Key, trainingImages, trainingPoints } from "fluxion";
import { describe, expect, it } from "vitest";
import { shiftImages } from "../../src/data/shift-images.ts";

const holdOutKey = Key.from("hold out");

/** Points (i, −2i), so that a value names its row. */
const ladder = (n: number): Float64Array => Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 1 - i : i / 2));

/** Row numbers of a batch of ladder points. */
function rowsOf(training: TrainingData, key: Key, step: number, batch: number): number[] {
  const out = new Float32Array(2 * batch);
  training.fill(key, step, out);
  const points = invertTransform(training.transform, Float64Array.from(out));
  return Array.from({ length: batch }, (_, i) => Math.round(points[2 * i]!));
}

describe("trainingPoints", () => {
  it("holds a seeded tenth out and standardises by the rest", () => {
    const { training, heldOut } = trainingPoints(ladder(100), [100, 2], { holdOutKey });
    expect([training.size, heldOut.length, training.eventShape]).toEqual([90, 20, [2]]);
    expect(heldOut).toBeInstanceOf(Float64Array);
    const seen = rowsOf(training, Key.from(1), 0, 90);
    const held = Array.from({ length: 10 }, (_, i) => heldOut[2 * i]!);
    expect([...seen, ...held].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const all = new Float32Array(180);
    training.fill(Key.from(1), 0, all);
    const column = all.filter((_, i) => i % 2 === 0);
    expect(column.reduce((sum, x) => sum + x, 0) / 90).toBeCloseTo(0, 5);
    expect(column.reduce((sum, x) => sum + x * x, 0) / 90).toBeCloseTo(1, 5);
    const again = trainingPoints(ladder(100), [100, 2], { holdOutKey });
    expect(again.heldOut).toEqual(heldOut);
    expect(trainingPoints(ladder(100), [100, 2], { holdOutKey: Key.from(2) }).heldOut).not.toEqual(heldOut);
  });

  it("visits each example once an epoch, in another order every epoch, across batches", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 90 }), (n, batch) => {
        const { training } = trainingPoints(ladder(n), [n, 2], { holdOutKey });
        const steps = Math.ceil((3 * training.size) / batch);
        const stream = Array.from({ length: steps }, (_, step) => rowsOf(training, Key.from(5), step, batch)).flat();
        for (let epoch = 0; epoch < 3; epoch++) {
          const rows = stream.slice(epoch * training.size, (epoch + 1) * training.size);
          expect(new Set(rows).size).toBe(training.size);
        }
      }),
    );
    const { training } = trainingPoints(ladder(50), [50, 2], { holdOutKey });
    expect(rowsOf(training, Key.from(5), 0, 45)).not.toEqual(rowsOf(training, Key.from(5), 1, 45));
  });

  it("is a pure function of key and step, in any order of calls", () => {
    const { training } = trainingPoints(ladder(30), [30, 2], { holdOutKey });
    const fresh = trainingPoints(ladder(30), [30, 2], { holdOutKey }).training;
    const first = rowsOf(training, Key.from(1), 7, 20);
    rowsOf(training, Key.from(2), 7, 20);
    rowsOf(training, Key.from(1), 0, 20);
    expect(rowsOf(training, Key.from(1), 7, 20)).toEqual(first);
    expect(rowsOf(fresh, Key.from(1), 7, 20)).toEqual(first);
    expect(rowsOf(training, Key.from(2), 7, 20)).not.toEqual(first);
  });

  it("refuses too few points, wrong shapes, values that are not finite and partial batches", () => {
    expect(() => trainingPoints(ladder(1), [1, 2], { holdOutKey })).toThrow(/at least 2 points.*got 1/);
    expect(() => trainingPoints(ladder(3), [2, 2], { holdOutKey })).toThrow(/of 6 values, got \[2, 2\]/);
    const bad = ladder(5);
    bad[7] = NaN;
    expect(() => trainingPoints(bad, [5, 2], { holdOutKey })).toThrow(/got NaN in row 4, column 2/);
    const { training } = trainingPoints(ladder(5), [5, 2], { holdOutKey });
    for (const length of [0, 3]) {
      expect(() => training.fill(Key.from(1), 0, new Float32Array(length))).toThrow(/whole examples of 2 values/);
    }
  });
});

describe("shiftImages", () => {
  const image = [2, 6, 7] as const;
  const [channels, height, width] = image;
  const held = (place: number, length: number): number => Math.min(length - 1, Math.max(0, place));
  const pixel = (c: number, y: number, x: number): number => 100 * c + 10 * y + x;

  it("moves every picture as one, all ways alike, and repeats the edge", () => {
    const count = 600;
    const size = channels * height * width;
    const pixels = new Uint8Array(count * size);
    for (let at = 0; at < pixels.length; at++) pixels[at] = pixel(Math.floor(at / (height * width)) % channels, Math.floor(at / width) % height, at % width);
    shiftImages(Key.from(4), pixels, image, 2);
    const seen = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const at = (c: number, y: number, x: number): number => pixels[i * size + (c * height + y) * width + x] ?? NaN;
      // The middle stays inside, and so tells the move.
      const [down, across] = [3 - Math.floor(at(0, 3, 3) / 10), 3 - (at(0, 3, 3) % 10)];
      seen.set(`${down} ${across}`, (seen.get(`${down} ${across}`) ?? 0) + 1);
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) expect(at(c, y, x)).toBe(pixel(c, held(y - down, height), held(x - across, width)));
      }
    }
    // 24 of each of 25 moves, to five standard deviations.
    expect(seen.size).toBe(25);
    for (const times of seen.values()) expect(Math.abs(times - 24)).toBeLessThan(25);
  });
});

describe("trainingImages", () => {
  const images = Uint8Array.from({ length: 5 * 4 }, (_, i) => i * 13);
  const training = trainingImages(images, [5, 1, 2, 2]);

  it("dequantises: the pixels come back, with other noise every step, uniform within a pixel", () => {
    const first = new Float32Array(20);
    const later = new Float32Array(20);
    training.fill(Key.from(3), 0, first);
    training.fill(Key.from(3), 1, later);
    const noise: number[] = [];
    for (const batch of [first, later]) {
      const values = Float64Array.from(batch, (y) => (y + 1) * 128);
      expect([...values.map(Math.floor)].sort((a, b) => a - b)).toEqual([...images]);
      noise.push(...values.map((x) => x - Math.floor(x)));
    }
    expect(new Set(noise.map((u) => u.toFixed(4))).size).toBeGreaterThan(35);
    const again = new Float32Array(20);
    training.fill(Key.from(3), 1, again);
    expect(again).toEqual(later);
    expect(training).toMatchObject({ eventShape: [1, 2, 2], size: 5, transform: { kind: "images8bit" } });
  });

  it("keeps the order of each image's pixels", () => {
    const out = new Float32Array(4);
    training.fill(Key.from(3), 2, out);
    const pixels = [...out].map((y) => Math.floor((y + 1) * 128));
    expect(pixels.map((p) => p - pixels[0]!)).toEqual([0, 13, 26, 39]);
  });

  it("refuses shapes that the pixels do not fill", () => {
    expect(() => trainingImages(images, [5, 1, 2, 3])).toThrow(/of 20 pixels, got \[5, 1, 2, 3\]/);
    expect(() => trainingImages(new Uint8Array(0), [0, 1, 2, 2])).toThrow(/of 0 pixels/);
  });

  it.each<readonly [string, readonly number[], number | undefined, string]>([
    ["too few labels", [0, 1], undefined, "trainingImages: labels: expected one for each of 5 images, got 2; give labels and images of one set"],
    ["a label beyond the classes", [0, 1, 2, 3, 1], 3, "trainingImages: labels: expected whole numbers from 0 to 2, got 3 for image 3; correct it or give more classes"],
    ["a label below 0", [0, -1, 2, 0, 1], undefined, "trainingImages: labels: expected whole numbers from 0 to 2, got -1 for image 1"],
  ])("refuses %s", (_, labels, classes, message) => {
    expect(() => trainingImages(images, [5, 1, 2, 2], { labels: Int32Array.from(labels), classes })).toThrow(message);
  });
});
