import { isPointSetName, Key, pointSets } from "fluxion";
import { describe, expect, it } from "vitest";
import { mean, standardError } from "../random/statistics.ts";

/** ∫ f over [−half, half]² by the midpoint rule with n² cells, of the log density. */
function integrate(logDensity: (points: Float64Array) => Float64Array, half: number, n: number): number {
  const cell = (2 * half) / n;
  let sum = 0;
  for (let row = 0; row < n; row++) {
    const points = new Float64Array(2 * n);
    for (let column = 0; column < n; column++) {
      points.set([-half + (column + 0.5) * cell, -half + (row + 0.5) * cell], 2 * column);
    }
    for (const value of logDensity(points)) sum += Math.exp(value) * cell ** 2;
  }
  return sum;
}

describe("point sets", () => {
  it("are found by name", () => {
    expect(Object.keys(pointSets)).toEqual([
      "checkerboard",
      "moons",
      "rings",
      "spirals",
      "eightGaussians",
      "swissRoll",
      "pinwheel",
    ]);
    for (const [name, set] of Object.entries(pointSets)) expect(set.name).toBe(name);
    expect(isPointSetName("moons")).toBe(true);
    expect(isPointSetName("toString")).toBe(false);
  });

  it.each(Object.values(pointSets))("$name: samples are finite, keyed, and of unit order", ({ sample }) => {
    const points = sample(Key.from(1), 2000);
    expect(points.length).toBe(4000);
    expect(points.every((x) => Math.abs(x) < 6)).toBe(true);
    expect(sample(Key.from(1), 2000)).toEqual(points);
    expect(sample(Key.from(2), 2000)).not.toEqual(points);
    expect(sample(Key.from(1), 0).length).toBe(0);
    expect(() => sample(Key.from(1), 1.5)).toThrow(/whole number/);
  });

  it.each(Object.values(pointSets))("$name: the density integrates to 1", ({ name, logDensity }) => {
    // The board's cells meet the grid's exactly on [−2, 2]/0.45; smooth densities need a grid finer than their noise.
    const mass = name === "checkerboard" ? integrate(logDensity, 2 / 0.45, 64) : integrate(logDensity, 6, 240);
    expect(mass).toBeCloseTo(1, 6);
  });

  it.each(Object.values(pointSets))(
    "$name: the entropy is the mean of −log density",
    ({ name, sample, logDensity, entropy }) => {
      const values = logDensity(sample(Key.from(11), 20_000)).map((value) => -value);
      expect(Math.abs(mean(values) - entropy)).toBeLessThan(
        name === "checkerboard" ? 1e-12 : 4 * standardError(values),
      );
    },
  );

  it.each(Object.values(pointSets))("$name: samples fall as the density says, by region", ({ sample, logDensity }) => {
    const count = 40_000;
    const points = sample(Key.from(12), count);
    // E[p w] = ∫ p² w for a smooth bump w that breaks every symmetry.
    const bump = (x: number, y: number): number => Math.exp(-((x - 1) ** 2 + (y - 0.5) ** 2) / 2);
    const density = logDensity(points).map(Math.exp);
    const weighted = density.map((p, i) => p * bump(points[2 * i]!, points[2 * i + 1]!));
    const expected = integrate(
      (grid) => logDensity(grid).map((value, i) => 2 * value + Math.log(bump(grid[2 * i]!, grid[2 * i + 1]!))),
      2 / 0.45,
      192,
    );
    expect(Math.abs(mean(weighted) - expected)).toBeLessThan(4 * standardError(weighted) + 1e-4);
  });

  it("checkerboard: eight cells, entropy ln(8/0.45²), nothing outside, no sample on a border", () => {
    const { sample, logDensity, entropy } = pointSets.checkerboard;
    expect(entropy).toBeCloseTo(3.6765, 4);
    const points = sample(Key.from(4), 300_000);
    expect(logDensity(points).every(Number.isFinite)).toBe(true);
    const cells = new Map<string, number>();
    for (let i = 0; i < points.length; i += 2) {
      const cell = `${Math.floor(points[i]! * 0.45)},${Math.floor(points[i + 1]! * 0.45)}`;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
    expect([...cells.keys()].sort()).toEqual(["-1,-1", "-1,1", "-2,-2", "-2,0", "0,-2", "0,0", "1,-1", "1,1"].sort());
    for (const found of cells.values()) expect(Math.abs(found - 37_500)).toBeLessThan(4 * Math.sqrt(37_500));
    expect([...logDensity(Float64Array.of(0.5, -0.5, 9, 9))]).toEqual([-Infinity, -Infinity]);
    expect(() => logDensity(Float32Array.of(1))).toThrow(/points \[count, 2\]/);
  });

  it("eight Gaussians: the density at a centre is that of one component", () => {
    const radius = 4 / Math.SQRT2;
    const [value] = pointSets.eightGaussians.logDensity(Float64Array.of(0, radius));
    expect(value).toBeCloseTo(-Math.log(8 * 2 * Math.PI * 0.125), 5);
  });

  it("rings: the density is the closed form with a Bessel function", () => {
    // Of one ring with isotropic noise: exp(−(ρ² + R²)/2σ²) I₀(ρR/σ²) / 2πσ².
    const scaledBessel = (z: number): number => {
      let sum = 0;
      const n = 4096;
      for (let i = 0; i < n; i++) sum += Math.exp(z * (Math.cos((2 * Math.PI * i) / n) - 1));
      return sum / n;
    };
    const variance = 0.08 ** 2;
    const at = (rho: number): number =>
      [0.75, 1.5, 2.25, 3].reduce(
        (sum, radius) =>
          sum + Math.exp(-((rho - radius) ** 2) / (2 * variance)) * scaledBessel((rho * radius) / variance),
        0,
      ) /
      (4 * 2 * Math.PI * variance);
    for (const rho of [0.7, 1, 1.6, 2.9, 3.3]) {
      const [value] = pointSets.rings.logDensity(Float64Array.of(rho * Math.cos(1), rho * Math.sin(1)));
      expect(value! - Math.log(at(rho))).toBeCloseTo(0, 9);
    }
  });
});
