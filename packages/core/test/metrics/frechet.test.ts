import fc from "fast-check";
import { frechetDistance, mergeMoments, moments } from "fluxion";
import type { Moments, SampleSet } from "fluxion";
import { describe, expect, it } from "vitest";
import { nuclearNorm } from "../../src/metrics/linear/nuclear-norm.ts";
import { pivotedCholesky } from "../../src/metrics/linear/pivoted-cholesky.ts";
import { gaussian, mapSet, waves } from "./sets.ts";

const density = (mean: number[], covariance: number[]): Moments => ({
  count: Infinity,
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
});

const part = ({ values, shape: [, d = 1] }: SampleSet, from: number, to: number): SampleSet => ({
  values: values.slice(from * d, to * d),
  shape: [to - from, d],
});

const of = (a: SampleSet, b: SampleSet): number => frechetDistance(moments(a), moments(b));

describe("frechetDistance", () => {
  it("meets the golden value of two plane Gaussians", () => {
    const a = density([0, 0], [2, 0.5, 0.5, 1]);
    const b = density([1, -1], [1, -0.2, -0.2, 3]);
    expect(frechetDistance(a, b)).toBeCloseTo(2.8838173112, 10);
    expect(frechetDistance(b, a)).toBeCloseTo(2.8838173112, 10);
    expect(frechetDistance(a, a)).toBeLessThan(1e-14);
  });

  // scipy.linalg.sqrtm of the product of numpy.cov, SciPy 1.17.
  it.each([
    [40, 50, 5, 1.0616319875727562],
    [200, 150, 12, 2.526646946632411],
    [300, 400, 30, 6.012455491136649],
  ])("agrees with SciPy's matrix root: %i and %i examples of %i features", (n, m, d, expected) => {
    expect(of(waves(n, d, 0.3), waves(m, d, 1.1, 1.5, 0.2))).toBeCloseTo(expected, 9);
  });

  it("is Σ (σ − τ)² + ‖μ − ν‖² for axis-aligned Gaussians, variances of 0 included", () => {
    const deviations = fc.array(fc.tuple(fc.constantFrom(0, 1e-4, 0.5, 1, 30), fc.constantFrom(0, 1e-3, 1, 7), fc.double({ min: -5, max: 5, noNaN: true })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(deviations, (list) => {
        const d = list.length;
        const diagonal = (side: 0 | 1): number[] => Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? list[i / (d + 1)]![side] ** 2 : 0));
        const a = density(list.map(() => 0), diagonal(0));
        const b = density(list.map(([, , shift]) => shift), diagonal(1));
        const expected = list.reduce((total, [s, t, shift]) => total + (s - t) ** 2 + shift ** 2, 0);
        expect(Math.abs(frechetDistance(a, b) - expected)).toBeLessThan(1e-11 * (1 + 1000 * d));
      }),
    );
  });

  it("is 0 for identical statistics, however singular", () => {
    for (const [n, d] of [[10, 30], [3, 64], [200, 20]] as const) {
      const set = moments(gaussian("singular", n, d, 10, 5));
      expect(frechetDistance(set, set, { leastSamples: 2 })).toBeLessThan(1e-8);
    }
  });

  it("is exact where both covariances are singular: a set and its shifted, scaled copy", () => {
    const set = gaussian("few", 8, 40);
    const copy = mapSet(set, (value) => 3 * value + 0.5);
    const [a, b] = [moments(set), moments(copy)];
    // Σ₂ = 9 Σ₁, so the covariances are (3 − 1)² tr Σ₁ apart.
    let expected = 0;
    for (let i = 0; i < 40; i++) expected += 4 * a.covariance[i * 41]! + (b.mean[i]! - a.mean[i]!) ** 2;
    expect(frechetDistance(a, b, { leastSamples: 2 })).toBeCloseTo(expected, 9);
  });

  it("refuses too few examples, other dimensions and unknown options", () => {
    const small = moments(gaussian("small", 12, 12));
    const large = moments(gaussian("large", 100, 12));
    expect(() => frechetDistance(small, large)).toThrow("frechetDistance: expected at least 13 examples for 12 features, got 12 and 100; draw more, or pass { leastSamples } to accept the bias");
    expect(frechetDistance(small, large, { leastSamples: 12 })).toBeGreaterThan(0);
    expect(() => frechetDistance(large, moments(gaussian("other", 100, 3)))).toThrow(/expected means \[12\] and covariances \[12, 12\], got 3 and 9 values; use one feature network/);
    expect(() => frechetDistance(large, large, { least: 3 } as object)).toThrow('frechetDistance: unknown option "least"; known are leastSamples');
  });
});

describe("moments", () => {
  it("are the mean and NumPy's covariance", () => {
    const { count, mean, covariance } = moments({ values: Float32Array.of(1, 2, 3, 6, 5, 1), shape: [3, 2] });
    expect([count, ...mean]).toEqual([3, 3, 3]);
    expect([...covariance]).toEqual([4, -1, -1, 7]);
  });

  it("lose no digits to a large offset", () => {
    const set = gaussian("offset", 500, 3);
    const shifted = moments(mapSet(set, (value) => value + 2 ** 26)).covariance;
    moments(set).covariance.forEach((value, i) => expect(shifted[i]).toBeCloseTo(value, 6));
  });

  it("merge in any parts to those of the whole", () => {
    const set = waves(60, 4, 0.4, 2, 100);
    const whole = moments(set);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 58 }), fc.integer({ min: 1, max: 40 }), (first, more) => {
        const second = Math.min(59, first + more);
        const merged = mergeMoments(mergeMoments(moments(part(set, 0, first)), moments(part(set, first, second))), moments(part(set, second, 60)));
        expect(merged.count).toBe(60);
        merged.mean.forEach((value, i) => expect(value).toBeCloseTo(whole.mean[i]!, 10));
        merged.covariance.forEach((value, i) => expect(value).toBeCloseTo(whole.covariance[i]!, 10));
      }),
    );
  });

  it("refuse what is no set of finite examples", () => {
    expect(() => moments({ values: Float64Array.of(1, 2, 3), shape: [2, 2] })).toThrow("moments: expected examples [n, ...event], got 3 values of shape [2, 2]; give their shape");
    expect(() => moments({ values: Float64Array.of(1, 2, NaN, 3), shape: [2, 2] })).toThrow("moments: expected finite values, got NaN in example 1; leave it out");
    expect(() => moments({ values: new Float64Array(0), shape: [0, 2] })).toThrow("moments: expected at least 1 examples, got 0; draw more");
    const density = { count: Infinity, mean: new Float64Array(1), covariance: new Float64Array(1) };
    expect(() => mergeMoments(density, density)).toThrow(/mergeMoments: expected moments of examples, got counts Infinity and Infinity/);
  });
});

describe("the linear algebra behind it", () => {
  it("finds the nuclear norm of products of known singular values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), fc.array(fc.constantFrom<number>(0, 1e-9, 0.5, 2, 100), { minLength: 14, maxLength: 14 }), (rows, columns, sigma) => {
        const rank = Math.min(rows, columns);
        const matrix = new Float64Array(rows * columns);
        for (let i = 0; i < rank; i++) matrix[i * columns + i] = sigma[i]!;
        const expected = sigma.slice(0, rank).reduce((a, b) => a + b, 0);
        const turned = reflect(reflect(matrix, rows, columns, true), rows, columns, false);
        expect(Math.abs(nuclearNorm(turned, rows, columns) - expected)).toBeLessThan(1e-12 * (1 + expected) * rank);
      }),
    );
  });

  it("factors covariances of any rank", () => {
    for (const [n, d] of [[50, 8], [5, 20]] as const) {
      const { covariance } = moments(gaussian("factor", n, d, 3));
      const { factor, rank } = pivotedCholesky(covariance, d);
      expect(rank).toBe(Math.min(n - 1, d));
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          let sum = 0;
          for (let k = 0; k < rank; k++) sum += factor[k * d + i]! * factor[k * d + j]!;
          expect(sum).toBeCloseTo(covariance[i * d + j]!, 11);
        }
      }
    }
    expect(pivotedCholesky(new Float64Array(9), 3).rank).toBe(0);
  });
});

/** The reflection 1 − 2 u uᵀ from one side, which keeps singular values. */
function reflect(matrix: Float64Array, rows: number, columns: number, left: boolean): Float64Array {
  const length = left ? rows : columns;
  const u = Float64Array.from({ length }, (_, i) => Math.sin(1 + i * 1.3));
  const norm = Math.sqrt(u.reduce((total, value) => total + value * value, 0));
  return matrix.map((value, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < length; k++) sum += (u[k]! / norm) * (left ? matrix[k * columns + j]! : matrix[i * columns + k]!);
    return value - 2 * sum * (u[left ? i : j]! / norm);
  });
}
