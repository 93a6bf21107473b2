import fc from "fast-check";
import {
  assignment,
  energyDistance,
  entropicPlan,
  exactWasserstein,
  kernelDiscrepancy,
  Key,
  meanAndError,
  measurePoints,
  medianDistance,
  pathStraightness,
  pointDistances,
  slicedWasserstein,
  transportCost,
} from "fluxion";
import type { PointDistance, SampleSet } from "fluxion";
import { describe, expect, it } from "vitest";
import { gaussian, mapSet, waves } from "./sets.ts";

const key = Key.from(0);

/** Points in the order of `order`. */
const reordered = ({ values, shape: [n = 0, d = 1] }: SampleSet, order: (i: number) => number): SampleSet => ({
  values: Float64Array.from({ length: n * d }, (_, at) => values[order(Math.floor(at / d)) * d + (at % d)]!),
  shape: [n, d],
});

/** A rotation of the plane of the first two coordinates. */
const rotated = (set: SampleSet, angle: number): SampleSet => {
  const d = set.shape[1]!;
  return mapSet(set, (value, at) => {
    const column = at % d;
    const [x, y] = [set.values[at - column]!, set.values[at - column + 1]!];
    return column === 0 ? x * Math.cos(angle) - y * Math.sin(angle) : column === 1 ? x * Math.sin(angle) + y * Math.cos(angle) : value;
  });
};

describe.each(Object.entries(pointDistances as Record<string, PointDistance>))("%s", (_name, distance) => {
  const compute = (x: SampleSet, y: SampleSet, k: Key): number => distance.compute(x, y, k);
  const a = waves(40, 2, 0.3);
  const b = waves(40, 2, 1.1, 1.4, 0.5);

  it("is 0 for one set in any order, and above 0 otherwise", () => {
    expect(Math.abs(compute(a, a, key))).toBeLessThan(1e-12);
    expect(Math.abs(compute(a, reordered(a, (i) => (7 * i + 3) % 40), key))).toBeLessThan(1e-7);
    expect(compute(a, b, key)).toBeGreaterThan(0.01);
  });

  it("does not depend on order, place or rotation of both", () => {
    const value = compute(a, b, key);
    expect(compute(reordered(a, (i) => 39 - i), b, key)).toBeCloseTo(value, 11);
    expect(compute(mapSet(a, (v) => v + 3), mapSet(b, (v) => v + 3), key)).toBeCloseTo(value, 9);
    // Directions of slices are at random: to their error.
    expect(Math.abs(compute(rotated(a, 1), rotated(b, 1), key) / value - 1)).toBeLessThan(0.1);
  });

  it("grows with the distance of two Gaussians", () => {
    const values = [0, 0.5, 1, 2].map((shift) => compute(gaussian("a", 200, 2), gaussian("b", 200, 2, 1, shift), key));
    values.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(values[i]!));
  });

  it("refuses sets of other dimensions", () => {
    expect(() => compute(waves(9, 2, 0), waves(9, 3, 0), key)).toThrow("expected two sets of one dimension, got examples of shape [2] and [3]; compare what one source describes");
  });
});

it("distances with one argument's bandwidth aside are symmetric", () => {
  const [a, b] = [waves(30, 3, 0.3), waves(30, 3, 1.1, 1.4, 0.5)];
  for (const distance of [
    (x: SampleSet, y: SampleSet) => slicedWasserstein(x, y, { key }),
    energyDistance,
    (x: SampleSet, y: SampleSet) => kernelDiscrepancy(x, y, { bandwidth: 1.3 }),
    exactWasserstein,
  ]) {
    expect(distance(b, a)).toBeCloseTo(distance(a, b), 12);
  }
});

/** A distance of fresh Gaussian sets, over seeds. */
const repeated = (distance: (a: SampleSet, b: SampleSet, key: Key) => number, d: number, scale: number, shift: number, n = 300) =>
  meanAndError(Float64Array.from({ length: 24 }, (_, i) => distance(gaussian(`a${String(i)}`, n, d), gaussian(`b${String(i)}`, n, d, scale, shift), key.child(i))));

describe("slicedWasserstein", () => {
  it("is SciPy's Wasserstein distance on the line, for unequal numbers too", () => {
    const [x, y] = [waves(30, 1, 0.2), waves(45, 1, 1.2, 2)];
    expect(slicedWasserstein(x, y, { key, projections: 2, order: 1 })).toBeCloseTo(0.7349775382619957, 12);
    const doubled: SampleSet = { values: Float64Array.from([...y.values, ...y.values]), shape: [90, 1] };
    expect(slicedWasserstein(x, doubled, { key, order: 1 })).toBeCloseTo(0.7349775382619957, 12);
  });

  it("of Gaussians has E W₂² = ‖μ‖²/d + (σ − 1)² within its error", () => {
    const { mean, standardError } = repeated((a, b, k) => slicedWasserstein(a, b, { key: k, projections: 100 }) ** 2, 3, 1.5, 0.7);
    // Two finite sets of one density are a little apart: below 0.02 of W₂² here.
    expect(Math.abs(mean - (0.7 ** 2 + 0.5 ** 2))).toBeLessThan(4 * standardError + 0.02);
    expect(standardError).toBeLessThan(0.05);
  });

  it("of a shift is its length over √d, whatever the points, in the mean over directions", () => {
    const a = waves(50, 4, 0.2);
    const shifted = mapSet(a, (value, at) => value + (at % 4 === 1 ? 3 : 0));
    expect(slicedWasserstein(a, shifted, { key, projections: 4000 })).toBeCloseTo(1.5, 1);
  });

  it("refuses orders below 1 and no directions", () => {
    const a = waves(5, 2, 0);
    expect(() => slicedWasserstein(a, a, { key, order: 0.5 })).toThrow("slicedWasserstein: order: expected a number from 1, got 0.5");
    expect(() => slicedWasserstein(a, a, { key, projections: 0 })).toThrow("slicedWasserstein: projections: expected a whole number from 1, got 0");
  });
});

describe("energyDistance", () => {
  it("is the square of SciPy's on the line", () => {
    expect(energyDistance(waves(30, 1, 0.2), waves(45, 1, 1.2, 2))).toBeCloseTo(0.2546143521773357, 12);
  });

  it("unbiased, has the known value of Gaussians of any width", () => {
    // E|z| of N(0, s²).
    const [scale, meanAbs] = [2, (s: number) => s * Math.sqrt(2 / Math.PI)];
    const expected = 2 * meanAbs(Math.sqrt(1 + scale ** 2)) - meanAbs(Math.SQRT2) - meanAbs(Math.SQRT2 * scale);
    const { mean, standardError } = repeated((a, b) => energyDistance(a, b, { unbiased: true }), 1, scale, 0);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(0.1 * expected);
    const same = repeated((a, b) => energyDistance(a, b, { unbiased: true }), 2, 1, 0);
    expect(Math.abs(same.mean)).toBeLessThan(4 * same.standardError);
  });
});

describe("kernelDiscrepancy", () => {
  it("agrees with NumPy", () => {
    expect(kernelDiscrepancy(waves(30, 4, 0.3), waves(30, 4, 1.1), { bandwidth: 1.3 })).toBeCloseTo(0.027305936570583667, 13);
  });

  it("unbiased, has the known value of Gaussians", () => {
    const [h, d, scale, shift] = [0.8, 2, 1.5, 0.6];
    // E exp(−‖z‖²/2h²) of z ~ N(m 1, s² I).
    const kernel = (s2: number, m: number): number => (h ** 2 / (h ** 2 + s2)) ** (d / 2) * Math.exp((-d * m ** 2) / (2 * (h ** 2 + s2)));
    const expected = kernel(2, 0) + kernel(2 * scale ** 2, 0) - 2 * kernel(1 + scale ** 2, shift);
    const { mean, standardError } = repeated((a, b) => kernelDiscrepancy(a, b, { bandwidth: h, unbiased: true }), d, scale, shift);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(0.1 * expected);
  });

  it("refuses to run without a bandwidth", () => {
    const a = waves(5, 2, 0);
    expect(() => kernelDiscrepancy(a, a, { bandwidth: 0 })).toThrow("kernelDiscrepancy: bandwidth: expected a number above 0, got 0; medianDistance(reference) is usual");
  });

  it("medianDistance is the median", () => {
    expect(medianDistance({ values: Float64Array.of(0, 1, 5), shape: [3, 1] })).toBe(4);
    expect(() => medianDistance({ values: Float64Array.of(0), shape: [1, 1] })).toThrow("medianDistance: expected at least 2 examples, got 1");
  });
});

describe("entropicPlan", () => {
  const [source, goal] = [[0, 0, 1, 0, 0, 2], [1, 1, 0, 0.5, 2, 2]] as const;
  const cost = Float64Array.from({ length: 9 }, (_, at) => {
    const [i, j] = [Math.floor(at / 3), at % 3];
    return (source[2 * i]! - goal[2 * j]!) ** 2 + (source[2 * i + 1]! - goal[2 * j + 1]!) ** 2;
  });

  // POT 0.9.7: ot.sinkhorn and ot.unbalanced.sinkhorn_unbalanced.
  it.each([
    [{ regularization: 1 }, [0.0868292849, 0.2408112135, 0.005692835, 0.1792317278, 0.0672723207, 0.0868292849, 0.0672723207, 0.0252497992, 0.2408112135]],
    [{ regularization: 0.5 }, [0.0396785899, 0.2935432409, 0.0001115025, 0.2586128171, 0.0350419263, 0.0396785899, 0.0350419263, 0.0047481661, 0.2935432409]],
    [{ regularization: 1, marginalPenalty: 1 }, [0.0381064816, 0.1693049894, 0.0004283572, 0.1130563975, 0.0679793619, 0.0093905567, 0.0597962822, 0.0359547376, 0.0366994321]],
  ])("meets the golden plan of %o", (options, golden) => {
    entropicPlan(cost, [3, 3], options).forEach((value, at) => {
      expect(value).toBeCloseTo(golden[at]!, 9);
    });
  });

  it("tends to the exact plan, and stays finite, however little it is regularised", () => {
    const plan = entropicPlan(cost, [3, 3], { regularization: 5e-7 });
    expect([...plan].map((value) => Number((3 * value).toFixed(6)))).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1]);
  });

  it("has the sums that are asked for, of sets of any sizes", () => {
    const [n, m] = [7, 4];
    const plan = entropicPlan((waves(n, m, 0.7).values as Float64Array).map(Math.abs), [n, m], { regularization: 0.05 });
    for (let i = 0; i < n; i++) expect(plan.subarray(i * m, (i + 1) * m).reduce((a, b) => a + b)).toBeCloseTo(1 / n, 9);
    for (let j = 0; j < m; j++) expect(plan.filter((_, at) => at % m === j).reduce((a, b) => a + b)).toBeCloseTo(1 / m, 9);
  });

  it.each([
    [[2, 3], { regularization: 1 }, "entropicPlan: cost: expected 2×3 finite numbers, got 9 values"],
    [[3, 3], { regularization: 0 }, "entropicPlan: regularization: expected a number above 0, got 0"],
    [[3, 3], { regularization: 1, marginalPenalty: -1 }, "entropicPlan: marginalPenalty: expected a number above 0, got -1"],
    [[3, 3], { regularization: 1, steps: 3 }, 'entropicPlan: unknown option "steps"'],
  ] as const)("refuses %o, %o", (shape, options, words) => {
    expect(() => entropicPlan(cost, shape, options)).toThrow(words);
  });
});

describe("assignment and exactWasserstein", () => {
  it("meet the golden plan of three points: 0 to 1, 1 to 0, 2 to 2, cost 1.75", () => {
    const [source, goal] = [[0, 0, 1, 0, 0, 2], [1, 1, 0, 0.5, 2, 2]] as const;
    const cost = Float64Array.from({ length: 9 }, (_, at) => {
      const [i, j] = [Math.floor(at / 3), at % 3];
      return (source[2 * i]! - goal[2 * j]!) ** 2 + (source[2 * i + 1]! - goal[2 * j + 1]!) ** 2;
    });
    expect([...assignment(cost, 3)]).toEqual([1, 0, 2]);
    const set = (values: readonly number[]): SampleSet => ({ values: Float64Array.from(values), shape: [3, 2] });
    expect(exactWasserstein(set(source), set(goal)) ** 2).toBeCloseTo(1.75, 12);
  });

  // scipy.optimize.linear_sum_assignment of 3 |waves(n, n, 0.7)|, SciPy 1.17.
  it.each([
    [6, 5.967626631931353, [3, 2, 1, 4, 5, 0]],
    [20, 5.140263654587349, [16, 8, 1, 4, 17, 9, 3, 2]],
    [60, 6.731598576382533, [58, 8, 53, 52, 51, 32, 20, 2]],
  ])("assigns %i rows as SciPy does", (n, cost, columns) => {
    const costs = (waves(n, n, 0.7).values as Float64Array).map((value) => 3 * Math.abs(value));
    const result = assignment(costs, n);
    expect([...result.slice(0, columns.length)]).toEqual(columns);
    expect(result.reduce((total, column, row) => total + costs[row * n + column]!, 0)).toBeCloseTo(cost, 12);
  });

  it("is the best of all permutations, and one", () => {
    const costs = fc.integer({ min: 1, max: 6 }).chain((n) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n * n, maxLength: n * n }));
    fc.assert(
      fc.property(costs, (list) => {
        const n = Math.sqrt(list.length);
        const result = assignment(Float64Array.from(list), n);
        expect([...result].sort()).toEqual(Array.from({ length: n }, (_, i) => i));
        const best = (row: number, taken: number): number =>
          row === n ? 0 : Math.min(...Array.from({ length: n }, (_, j) => ((taken >> j) & 1 ? Infinity : list[row * n + j]! + best(row + 1, taken | (1 << j)))));
        expect(result.reduce((total, column, row) => total + list[row * n + column]!, 0)).toBe(best(0, 0));
      }),
    );
  });

  it("gives SciPy's W₂, that of sorted points on the line, and the length of a shift", () => {
    expect(exactWasserstein(waves(60, 3, 0.1), waves(60, 3, 2, 1, 1))).toBeCloseTo(1.8138333429098425, 12);
    const [x, y] = [waves(80, 1, 0.2), waves(80, 1, 1.2, 2, 1)];
    expect(exactWasserstein(x, y)).toBeCloseTo(slicedWasserstein(x, y, { key, projections: 1 }), 12);
    const a = waves(50, 2, 0.2);
    expect(exactWasserstein(a, mapSet(a, (value, at) => value + (at % 2 === 0 ? 3 : -4)))).toBeCloseTo(5, 12);
  });

  it("refuses unequal numbers and costs that are none", () => {
    expect(() => exactWasserstein(waves(5, 2, 0), waves(6, 2, 0))).toThrow("exactWasserstein: expected equally many points, got 5 and 6; take as many of the larger set");
    expect(() => assignment(Float64Array.of(1, NaN, 2, 3), 2)).toThrow("assignment: expected 2×2 finite costs, got 4 values, some not finite");
    expect(() => assignment(Float64Array.of(1), 2)).toThrow("assignment: expected 2×2 finite costs, got 1 values");
  });
});

describe("transport", () => {
  const x0 = waves(30, 2, 0.1);
  const along = (f: (t: number) => number, times: readonly number[]): SampleSet[] => times.map((t) => mapSet(x0, (value, at) => value + (at % 2 === 0 ? 3 : 4) * f(t)));

  it("costs the square of its length, and at least W₂²", () => {
    expect(transportCost(x0, mapSet(x0, (value, at) => value + (at % 2 === 0 ? 3 : 4)))).toMatchObject({ mean: expect.closeTo(25, 10) as number });
    const x1 = waves(30, 2, 2, 1.5, 1);
    expect(transportCost(x0, x1).mean).toBeGreaterThanOrEqual(exactWasserstein(x0, x1) ** 2);
  });

  it("is straight at constant speed only, on any interval of time", () => {
    const times = [0.1, 0.2, 0.45, 1.1];
    expect(pathStraightness(along((t) => t, times), times).mean).toBeLessThan(1e-24);
    const grid = Array.from({ length: 201 }, (_, i) => 2 * (i / 200));
    // x(s) = x₀ + Δ s² on [0, 1]: ∫ ‖Δ − 2 s Δ‖² ds = ‖Δ‖²/3, here Δ = 4 · (3, 4).
    const { mean, standardError } = pathStraightness(along((t) => t ** 2, grid), grid);
    expect(mean).toBeCloseTo((16 * 25) / 3, 1);
    expect(standardError).toBeLessThan(1e-10);
  });

  it("refuses fewer than three states, times that fall, and other points", () => {
    expect(() => pathStraightness(along((t) => t, [0, 1]), [0, 1])).toThrow("pathStraightness: expected states at three or more growing times, got 2 states at [0, 1]; two states are always straight");
    expect(() => pathStraightness(along((t) => t, [0, 1, 0.5]), [0, 1, 0.5])).toThrow("growing times");
    expect(() => transportCost(x0, waves(29, 2, 0))).toThrow("transportCost: expected the same points in every state, got 30 and 29");
  });
});

describe("measurePoints", () => {
  it("takes equally many points of each, by key, and gives every distance", () => {
    const [reference, samples] = [gaussian("r", 500, 2), gaussian("s", 300, 2)];
    const measured = measurePoints({ reference, samples, key, count: 200 });
    expect(Object.keys(measured)).toEqual([...Object.keys(pointDistances), "count"]);
    expect(measured.count).toBe(200);
    expect(measurePoints({ reference, samples, key, count: 200 })).toEqual(measured);
    expect(measurePoints({ reference, samples, key }).count).toBe(300);
    expect(measured.exactWasserstein).toBeLessThan(0.5);
    expect(() => measurePoints({ reference, samples, key, count: 301 })).toThrow("measurePoints: count: expected at most 300, the points of the smaller set, got 301; draw more");
  });
});
