import { Key, meanSquaredError, psnr, ssim, uniform } from "fluxion";
import type { SampleSet } from "fluxion";
import { describe, expect, it } from "vitest";
import { mapSet } from "./sets.ts";

const [height, width] = [20, 24];
const picture = (f: (i: number, j: number) => number): SampleSet => ({
  values: Float64Array.from({ length: height * width }, (_, at) => f(Math.floor(at / width), at % width)),
  shape: [1, 1, height, width],
});

const first = picture((i, j) => Math.floor(127.5 + 127.4 * Math.sin(0.3 * i + 0.5 * j + 0.02 * i * j)));
const second = picture((i, j) => {
  const value = Math.floor(first.values[i * width + j]! * 0.8 + 20 + 15 * Math.sin(1.3 * i + 0.7 * j));
  return Math.min(255, Math.max(0, value));
});

/** Pictures one after the other, or channels of one. */
const joined = (a: SampleSet, b: SampleSet, shape: readonly number[]): SampleSet => ({ values: Float64Array.of(...a.values, ...b.values), shape });

/** SSIM as the definition reads: a weighted sum over every window in turn. */
function directSsim(x: SampleSet, y: SampleSet, range: number): number {
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const weights: number[] = [];
  for (let i = -5; i <= 5; i++) for (let j = -5; j <= 5; j++) weights.push(Math.exp(-(i * i + j * j) / 4.5));
  const sum = weights.reduce((a, b) => a + b, 0);
  const results: number[] = [];
  for (let top = 0; top + 11 <= height; top++) {
    for (let left = 0; left + 11 <= width; left++) {
      const mean = (f: (at: number) => number): number =>
        weights.reduce((total, w, k) => total + (w / sum) * f((top + Math.floor(k / 11)) * width + left + (k % 11)), 0);
      const [mx, my] = [mean((at) => x.values[at]!), mean((at) => y.values[at]!)];
      const vx = mean((at) => (x.values[at]! - mx) ** 2);
      const vy = mean((at) => (y.values[at]! - my) ** 2);
      const cov = mean((at) => (x.values[at]! - mx) * (y.values[at]! - my));
      results.push(((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2)));
    }
  }
  return results.reduce((a, b) => a + b, 0) / results.length;
}

describe("metrics of picture pairs", () => {
  it("agree with SciPy", () => {
    expect(meanSquaredError(first, second).mean).toBe(482.01875);
    expect(psnr(first, second).mean).toBeCloseTo(21.300164287220973, 12);
    expect(ssim(first, second).mean).toBeCloseTo(0.9655267255229438, 12);
  });

  it("SSIM is its definition, window by window", () => {
    expect(ssim(first, second).mean).toBeCloseTo(directSsim(first, second, 255), 12);
    const noise = { values: uniform(Key.from(1), new Float64Array(height * width)), shape: first.shape };
    expect(ssim(noise, mapSet(noise, (v) => 1 - v), { range: 1 }).mean).toBeCloseTo(directSsim(noise, mapSet(noise, (v) => 1 - v), 1), 12);
  });

  it("PSNR of a constant error e is 20 log₁₀(range/e)", () => {
    const off = mapSet(first, (value) => value + 4);
    expect(psnr(first, off).mean).toBeCloseTo(20 * Math.log10(255 / 4), 12);
    expect(psnr(first, off, { range: 2 }).mean).toBeCloseTo(20 * Math.log10(2 / 4), 12);
  });

  it("know equal pictures, and do not change where values and range are scaled together", () => {
    expect([meanSquaredError(first, first).mean, psnr(first, first).mean, ssim(first, first).mean]).toEqual([0, Infinity, 1]);
    const small = [first, second].map((set) => mapSet(set, (value) => value / 255)) as [SampleSet, SampleSet];
    expect(psnr(...small, { range: 1 }).mean).toBeCloseTo(psnr(first, second).mean, 11);
    expect(ssim(...small, { range: 1 }).mean).toBeCloseTo(ssim(first, second).mean, 11);
    expect(ssim(second, first).mean).toBeCloseTo(ssim(first, second).mean, 14);
  });

  it("give each picture its own score, the mean over its channels", () => {
    const one = ssim(first, second).mean;
    const pictures = ssim(joined(first, first, [2, 1, height, width]), joined(second, first, [2, 1, height, width]));
    expect(pictures.values[0]).toBeCloseTo(one, 14);
    expect(pictures.values[1]).toBe(1);
    expect(pictures.mean).toBeCloseTo((one + 1) / 2, 14);
    expect(pictures.standardError).toBeCloseTo((1 - one) / 2, 14);
    const channels = [joined(first, first, [1, 2, height, width]), joined(second, first, [1, 2, height, width])] as const;
    expect(ssim(...channels).values[0]).toBeCloseTo((one + 1) / 2, 14);
    expect(meanSquaredError(...channels).values[0]).toBeCloseTo(482.01875 / 2, 12);
    // Of one error over all channels, not a mean of decibels.
    expect(psnr(...channels).values[0]).toBeCloseTo(10 * Math.log10((2 * 255 ** 2) / 482.01875), 12);
  });

  it("refuse unequal shapes, small pictures, bad ranges and unknown options", () => {
    expect(() => psnr(first, { ...second, shape: [1, 1, width, height] })).toThrow("psnr: expected two sets of pictures [n, channels, height, width] of one shape, got [1, 1, 20, 24] and [1, 1, 24, 20]");
    const tiny = { values: new Uint8Array(100), shape: [1, 1, 10, 10] };
    expect(() => ssim(tiny, tiny)).toThrow("ssim: expected pictures of at least 11×11 pixels, the window's size, got 10×10");
    expect(() => ssim(first, second, { range: 0 })).toThrow("ssim: range: expected the length of the range of values, above 0, got 0");
    expect(() => psnr(first, second, { max: 1 } as object)).toThrow('psnr: unknown option "max"; known are range');
  });
});
