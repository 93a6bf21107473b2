import fc from "fast-check";
import type { DataTransform } from "fluxion";
import { applyTransform, fitStandardize, invertTransform, logAbsDet, toPixels } from "fluxion";
import { describe, expect, it } from "vitest";

const IMAGES: DataTransform = { kind: "images8bit" };

describe("data transforms", () => {
  it("standardise to mean 0 and variance 1, leaving constant columns their scale", () => {
    const points = Float64Array.of(1, 0.1, 1e9, 3, 0.1, 1e9 + 2, 5, 0.1, 1e9 + 4);
    const transform = fitStandardize(points, [3, 3]);
    const deviation = Math.sqrt(8 / 3);
    expect(transform).toEqual({ kind: "standardize", mean: [3, 0.1, 1e9 + 2], std: [deviation, 1, deviation] });
    const row = 2 / deviation;
    expect(applyTransform(transform, points)).toEqual(Float64Array.of(-row, 0, -row, 0, 0, 0, row, 0, row));
    expect(logAbsDet(transform, 3)).toBeCloseTo(-2 * Math.log(deviation), 12);
    expect(JSON.parse(JSON.stringify(transform))).toEqual(transform);
  });

  it("invert what they apply and count its volume", () => {
    const wide = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(wide, wide), { minLength: 2, maxLength: 20 }), (rows) => {
        const points = Float64Array.from(rows.flat());
        const transform = fitStandardize(points, [rows.length, 2]);
        const back = invertTransform(transform, applyTransform(transform, points));
        back.forEach((value, i) => {
          expect(Math.abs(value - points[i]!)).toBeLessThan(1e-9 * (1 + Math.abs(points[i]!)));
        });
        // The determinant of a diagonal map is the product of its unit steps.
        const [x0, y0, x1, y1] = applyTransform(transform, Float64Array.of(0, 0, 1, 1));
        // Logarithms first: columns of subnormal numbers have steps whose product overflows.
        expect(logAbsDet(transform, 2)).toBeCloseTo(Math.log(x1! - x0!) + Math.log(y1! - y0!), 4);
      }),
    );
  });

  it("images: y = x/128 − 1, its log-determinant is −7 d log 2, pixels come back", () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, i) => i);
    const y = applyTransform(
      IMAGES,
      Float32Array.from(pixels, (x) => x + 0.5),
    );
    expect([y[0], y[255]]).toEqual([0.5 / 128 - 1, 255.5 / 128 - 1]);
    expect(toPixels(y)).toEqual(pixels);
    expect(invertTransform(IMAGES, y)[255]).toBe(255.5);
    expect([...toPixels(Float32Array.of(-3, 1, 7))]).toEqual([0, 255, 255]);
    expect(logAbsDet(IMAGES, 784)).toBeCloseTo(-7 * 784 * Math.LN2, 9);
    // The uniform density on [−1, 1]^d has exactly 8 bits per dimension.
    const logDensity = -784 * Math.LN2 + logAbsDet(IMAGES, 784);
    expect(-logDensity / (784 * Math.LN2)).toBeCloseTo(8, 12);
  });

  it("the identity copies", () => {
    const points = Float32Array.of(1, 2, 3);
    const same = applyTransform({ kind: "identity" }, points);
    expect(same).toEqual(points);
    expect(same).not.toBe(points);
    expect(logAbsDet({ kind: "identity" }, 3)).toBe(-0);
  });

  it("refuse other dimensions and empty data", () => {
    const transform = fitStandardize(Float32Array.of(1, 2, 3, 4), [2, 2]);
    expect(() => applyTransform(transform, Float32Array.of(1, 2, 3))).toThrow(/points of dimension 2, got 3 values/);
    expect(() => logAbsDet(transform, 3)).toThrow(/dimension 2/);
    expect(() => fitStandardize(new Float32Array(0), [0, 2])).toThrow(/n, d ≥ 1/);
    expect(() => fitStandardize(Float32Array.of(1, 2), [2, 2])).toThrow(/of 2 values/);
  });
});
