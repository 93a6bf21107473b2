import { inceptionScore, kernelDistance, Key, precisionRecall } from "fluxion";
import type { SampleSet } from "fluxion";
import { describe, expect, it } from "vitest";
import { gaussian, mapSet, waves } from "./sets.ts";

const key = Key.from(0);

describe("kernelDistance", () => {
  it("is the unbiased estimate in one block", () => {
    // (x·y/4 + 1)³ summed in NumPy.
    const { value, standardError, blocks } = kernelDistance(waves(30, 4, 0.3), waves(30, 4, 1.1), { key, blockSize: 30 });
    expect(value).toBeCloseTo(-0.18128712151112758, 11);
    expect([standardError, blocks]).toEqual([NaN, 1]);
  });

  it("finds the known value of Gaussians within its standard error, and 0 for one distribution", () => {
    // In one dimension (xy + 1)³ = Σ C(3, k) xᵏyᵏ, so the distance is Σ C(3, k) (E xᵏ − E yᵏ)².
    const [mean, deviation] = [0.5, 1.2];
    const raw = [0, mean, mean ** 2 + deviation ** 2, mean ** 3 + 3 * mean * deviation ** 2];
    const expected = 3 * raw[1]! ** 2 + 3 * (raw[2]! - 1) ** 2 + raw[3]! ** 2;
    const apart = kernelDistance(gaussian("a", 8000, 1), gaussian("b", 8000, 1, deviation, mean), { key, blockSize: 100 });
    expect(apart.blocks).toBe(80);
    expect(Math.abs(apart.value - expected)).toBeLessThan(4 * apart.standardError);
    expect(apart.standardError).toBeLessThan(0.1 * expected);
    const same = kernelDistance(gaussian("a", 4000, 5), gaussian("c", 4000, 5), { key });
    expect(Math.abs(same.value)).toBeLessThan(4 * same.standardError);
  });

  it("does not depend on the order of sorted sets", () => {
    const sorted = mapSet(gaussian("a", 2000, 1), (v) => v);
    (sorted.values as Float64Array).sort();
    const { value, standardError } = kernelDistance(sorted, gaussian("b", 2000, 1), { key });
    expect(Math.abs(value)).toBeLessThan(4 * standardError);
  });

  it("refuses blocks larger than a set, and dimensions that differ", () => {
    expect(() => kernelDistance(waves(20, 2, 0), waves(30, 2, 0), { key, blockSize: 21 })).toThrow("kernelDistance: blockSize: expected at most 20, the smaller set, got 21");
    expect(() => kernelDistance(waves(20, 2, 0), waves(30, 3, 0), { key })).toThrow("kernelDistance: expected two sets of one dimension, got examples of shape [2] and [3]");
    expect(() => kernelDistance(waves(20, 2, 0), waves(30, 2, 0), { key, blockSize: 1 })).toThrow("blockSize: expected a whole number from 2, got 1");
    expect(() => kernelDistance(waves(1, 2, 0), waves(30, 2, 0), { key })).toThrow("first set: expected at least 2 examples, got 1");
  });
});

describe("inceptionScore", () => {
  const oneHot = (labels: readonly number[], classes: number): SampleSet => ({
    values: Float64Array.from({ length: labels.length * classes }, (_, i) => Number(labels[Math.floor(i / classes)] === i % classes)),
    shape: [labels.length, classes],
  });

  it("is the number of classes for sure and balanced ones, 1 for equal rows", () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 5);
    expect(inceptionScore(oneHot(labels, 5)).value).toBeCloseTo(5, 12);
    expect(inceptionScore(oneHot(labels.map(() => 2), 5)).value).toBeCloseTo(1, 12);
    expect(inceptionScore({ values: new Float64Array(400).fill(0.25), shape: [100, 4] })).toMatchObject({ splits: 10, standardDeviation: 0 });
  });

  it("agrees with NumPy over three splits", () => {
    const logits = waves(30, 4, 0.3, 2);
    const values = Float64Array.from(logits.values, Math.exp);
    const rows = values.map((v, i) => v / values.subarray(i - (i % 4), i - (i % 4) + 4).reduce((a, b) => a + b, 0));
    const { value, standardDeviation } = inceptionScore({ values: rows, shape: [30, 4] }, { splits: 3 });
    expect(value).toBeCloseTo(1.7481740070415233, 11);
    expect(standardDeviation).toBeCloseTo(0.18496042341398122, 11);
  });

  it("refuses logits and too few rows", () => {
    expect(() => inceptionScore(waves(20, 4, 0))).toThrow(/inceptionScore: expected probabilities that add up to 1, got a sum of .* in row 0; pass them through a softmax/);
    expect(() => inceptionScore(oneHot([1, 0], 2))).toThrow("inceptionScore: expected at least 10 examples, got 2");
    expect(() => inceptionScore(oneHot([1, 0], 2), { splits: 0 })).toThrow("inceptionScore: splits: expected a whole number from 1, got 0");
  });
});

describe("precisionRecall", () => {
  it("agrees with NumPy", () => {
    expect(precisionRecall(waves(60, 3, 0.3), waves(50, 3, 1.1, 0.7))).toEqual({ precision: 1, recall: 0.7 });
  });

  it("is 1 and 1 for one set, 0 and 0 for sets far apart, and tells quality from variety", () => {
    const real = gaussian("real", 300, 2);
    expect(precisionRecall(real, real)).toEqual({ precision: 1, recall: 1 });
    expect(precisionRecall(real, mapSet(real, (v) => v + 100))).toEqual({ precision: 0, recall: 0 });
    const { precision, recall } = precisionRecall(real, gaussian("narrow", 300, 2, 0.1));
    expect(precision).toBeGreaterThan(0.95);
    expect(recall).toBeLessThan(0.1);
    expect(precisionRecall(gaussian("narrow", 300, 2, 0.1), real)).toEqual({ precision: recall, recall: precision });
  });

  it("refuses sets without k neighbours", () => {
    expect(() => precisionRecall(waves(3, 2, 0), waves(9, 2, 0))).toThrow("precisionRecall: first set: expected at least 4 examples, got 3");
    expect(() => precisionRecall(waves(9, 2, 0), waves(9, 2, 0), { neighbors: 2 } as object)).toThrow('precisionRecall: unknown option "neighbors"');
  });
});
