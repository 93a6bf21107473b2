import { sum } from "@fluxion/graph";
import { pathFromConfig, pathOptions } from "fluxion";
import type { Path } from "fluxion";
import { describe, expect, it } from "vitest";
import { affinePaths, cloud, evaluate, inside, paths } from "./harness.ts";

/** x_t for x0, x1 at t, of rows of points. */
const travel = (path: Path, x0: number[][], x1: number[][], t: number[]) => evaluate(x0, x1, t, (a, b, at) => ({ ...path.sample(a, b, at) }));

/** Largest difference, relative to the largest expected value or 1. */
function distance(got: readonly number[] = [], expected: readonly number[] = []): number {
  expect(got.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (got[i] ?? NaN)))) / scale;
}

describe.each(Object.entries(paths))("every path: %s", (_name, path) => {
  const [t0, t1] = path.interval;
  // Batch equal and unequal to the width: times must never meet the event by accident.
  describe.each([2, 5])("batch %i", (batch) => {
    const [x0, x1, t] = [cloud(batch), cloud(batch, 9), inside(path.interval, batch)];

    it("has Theorem 3's velocity (eq 15) along every trajectory (eq 13)", () => {
      const { velocity, field } = evaluate(x0, x1, t, (a, b, at) => {
        const { xt, velocity } = path.sample(a, b, at);
        return { velocity, field: path.conditionalVelocity(xt, b, at) };
      });
      expect(distance(field, velocity)).toBeLessThan(1e-9);
    });

    it("has the derivative of x_t by time as its velocity", () => {
      const h = 1e-6;
      const [after, before] = [h, -h].map((step) => travel(path, x0, x1, t.map((value) => value + step))["xt"] ?? []);
      const slopes = after?.map((value, i) => (value - (before?.[i] ?? NaN)) / (2 * h));
      expect(distance(travel(path, x0, x1, t)["velocity"], slopes)).toBeLessThan(1e-6);
    });

    it("has the gradient of its log-density as its score", () => {
      const x = travel(path, x0, x1, t)["xt"] ?? [];
      const rows = x0.map((_, i) => x.slice(2 * i, 2 * i + 2));
      const logDensity = (at: number[][]) => evaluate(at, x1, t, (a, b, time) => ({ value: path.conditionalLogDensity(a, b, time) }))["value"] ?? [];
      const { score } = evaluate(rows, x1, t, (a, b, time) => ({ score: path.conditionalScore(a, b, time) }));
      const h = 1e-6;
      const slopes = rows.flatMap((_row, i) =>
        [0, 1].map((axis) => {
          const [up, down] = [h, -h].map((step) => logDensity(rows.map((row) => row.map((value, j) => (j === axis ? value + step : value))))[i]);
          return ((up ?? NaN) - (down ?? NaN)) / (2 * h);
        }),
      );
      expect(distance(score, slopes)).toBeLessThan(1e-6);
    });
  });

  it("has a log-density of mass 1", () => {
    const x1 = [[0.4]];
    const [t = NaN] = inside(path.interval, 1);
    const { xt: [mean = NaN] = [] } = travel(path, [[0]], x1, [t]);
    const { xt: [deviated = NaN] = [] } = travel(path, [[1]], x1, [t]);
    const [std, count] = [deviated - mean, 400];
    const grid = Array.from({ length: count }, (_, i) => [mean + std * (((i + 0.5) / count) * 20 - 10)]);
    const { value = [] } = evaluate(grid, grid.map(() => x1[0] ?? []), grid.map(() => t), (a, b, at) => ({ value: path.conditionalLogDensity(a, b, at) }));
    expect(value.reduce((total, log) => total + Math.exp(log) * ((20 * std) / count), 0)).toBeCloseTo(1, 9);
  });

  it("is finite at both ends of its interval, where sample and velocity are concerned", () => {
    for (const t of [t0, t1]) {
      const { xt = [], velocity = [] } = travel(path, cloud(2), cloud(2, 9), [t, t]);
      expect([...xt, ...velocity].every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses times of another shape", () => {
    expect(() => evaluate(cloud(2), cloud(2), [0.5, 0.5], (a, b) => ({ ...path.sample(a, b, a) }))).toThrow(/expected times \[batch\]/);
    expect(() => evaluate(cloud(2), cloud(2), [0.5, 0.5], (a, b, t) => ({ u: path.conditionalVelocity(a, b, sum(t)) }))).toThrow(/expected times \[batch\]/);
  });
});

describe.each(Object.entries(affinePaths))("every affine path: %s", (name, path) => {
  const [t0, t1] = path.interval;

  it("starts with its prior and ends with nearly nothing but data", () => {
    const [start, end] = [path.at(t0), path.at(t1)];
    // The prior leaves a part of the variance out that is about the signal-to-noise ratio.
    expect(Math.abs(start.sigma / path.priorStd - 1)).toBeLessThan(1e-4);
    expect(path.snr(t0)).toBeLessThan(name === "ve to 2" ? 0.3 : 0.0102);
    expect(Math.abs(end.alpha - 1)).toBeLessThan(1e-2);
    expect(end.sigma).toBeLessThan(name.startsWith("smoothed") ? 0.31 : 0.11);
  });

  it("gives the same numbers on the host as in a program", () => {
    const times = inside(path.interval, 5);
    const rows = times.map(() => [0]);
    const { alpha, sigma, dAlpha, dSigma, snr } = evaluate(rows, rows, times, (_x, _y, t) => ({ ...path.schedule(t), snr: path.snr(t) }));
    times.forEach((t, i) => {
      expect(path.at(t)).toEqual({ alpha: alpha?.[i], sigma: sigma?.[i], dAlpha: dAlpha?.[i], dSigma: dSigma?.[i] });
      expect(path.snr(t)).toBe(snr?.[i]);
    });
  });

  it("finds the time of every signal-to-noise ratio, in a program and on the host", () => {
    const times = [t0, ...inside(path.interval, 9), t1 - 1e-4, t1];
    const ratios = times.map((t) => path.snr(t));
    expect(ratios.every((ratio, i) => ratio > (ratios[i - 1] ?? -1))).toBe(true);
    const rows = times.map(() => [0]);
    const { found = [] } = evaluate(rows, rows, ratios, (_x, _y, snr) => ({ found: path.timeOfSnr(snr) }));
    times.forEach((t, i) => {
      expect(Math.abs((found[i] ?? NaN) - t)).toBeLessThan(1e-9);
      expect(path.timeOfSnr(ratios[i] ?? NaN)).toBe(found[i]);
    });
  });

  it("gives the ends for ratios beyond them, never NaN", () => {
    expect(path.timeOfSnr(Infinity)).toBe(t1);
    expect(path.timeOfSnr(1e300)).toBeCloseTo(t1, 12);
    expect(path.timeOfSnr(0)).toBe(t0);
    expect(path.timeOfSnr(1e-300)).toBeCloseTo(t0, 12);
  });
});

describe("paths by name", () => {
  it.each(Object.entries(paths).filter(([, { kind }]) => kind in pathOptions))("rebuilds %s from its config", (_name, path) => {
    const copy = pathFromConfig(path.config);
    expect(copy.config).toEqual(path.config);
    expect(copy.interval).toEqual(path.interval);
    expect(copy.priorStd).toBe(path.priorStd);
    expect(travel(copy, cloud(2), cloud(2, 9), [0.3, 0.6])).toEqual(travel(path, cloud(2), cloud(2, 9), [0.3, 0.6]));
  });

  it("tests every one of them, and knows their options", () => {
    expect(new Set(Object.values(paths).map(({ kind }) => kind))).toEqual(
      new Set([...Object.keys(pathOptions), "sine squared", "smoothed", "gaussian"]),
    );
    for (const [kind, options] of Object.entries(pathOptions)) {
      const { config } = Object.values(paths).find((path) => path.kind === kind) ?? { config: {} };
      expect(Object.keys(config)).toEqual(["kind", ...options]);
    }
  });
});
