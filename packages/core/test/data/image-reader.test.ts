import { imagesInMemory, Key, pooledReader, poolImages, readImages, trainingImages, trainingImagesFrom } from "fluxion";
import { describe, expect, it } from "vitest";

const pixels = Uint8Array.from({ length: 6 * 2 * 4 * 4 }, (_, i) => (i * 29) % 256);
const shape = [6, 2, 4, 4] as const;

describe("image readers", () => {
  it("pool as they read", () => {
    const reader = pooledReader(imagesInMemory(pixels, shape), 2);
    expect(readImages(reader)).toEqual(poolImages(pixels, shape, 2));
    expect(readImages(reader, 2).pixels).toEqual(poolImages(pixels, shape, 2).pixels.subarray(0, 16));
    expect(() => pooledReader(imagesInMemory(pixels, shape), 3)).toThrow(/divides both sides of 4×4/);
    expect(() => imagesInMemory(pixels, [5, 2, 4, 4])).toThrow(/of 192 pixels, got \[5, 2, 4, 4\]/);
    expect(() => trainingImagesFrom(imagesInMemory(new Uint8Array(0), [0, 2, 4, 4]))).toThrow(/expected images/);
  });
});

describe("flips", () => {
  /** The pixels of a batch of all images. */
  const batch = (flip: boolean, step: number, key = Key.from(4)): Uint8Array => {
    const out = new Float32Array(pixels.length);
    trainingImages(pixels, shape, { flip }).fill(key, step, out);
    return Uint8Array.from(out, (y) => Math.floor((y + 1) * 128));
  };
  const mirrored = (image: Uint8Array): Uint8Array => image.map((_, i) => image[i - (i % 4) + 3 - (i % 4)] ?? 0);

  it("turn about half of the images left to right and leave the others, anew every step, the same for the same key", () => {
    let turned = 0;
    const steps = 50;
    const patterns = new Set<string>();
    for (let step = 0; step < steps; step++) {
      const [plain, flipped] = [batch(false, step), batch(true, step)];
      let pattern = "";
      for (let i = 0; i < 6; i++) {
        const [one, other] = [plain, flipped].map((all) => all.slice(i * 32, (i + 1) * 32)) as [Uint8Array, Uint8Array];
        const isTurned = other.join() !== one.join();
        if (isTurned) expect(other).toEqual(mirrored(one));
        turned += Number(isTurned);
        pattern += String(Number(isTurned));
      }
      patterns.add(pattern);
    }
    // 300 fair coins: five standard deviations are 43.
    expect(Math.abs(turned - 3 * steps)).toBeLessThan(43);
    expect(patterns.size).toBeGreaterThan(20);
    expect(batch(true, 7)).toEqual(batch(true, 7));
    expect(batch(true, 7, Key.from(5))).not.toEqual(batch(true, 7));
  });
});
