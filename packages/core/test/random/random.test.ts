import { bytes, integers, Key, normal, permutation, rademacher, uniform } from "fluxion";
import { describe, expect, it } from "vitest";
import { lowerNormalQuantile } from "../../src/random/normal-quantile.ts";
import { threefry } from "../../src/random/threefry.ts";
import { ksOfUniforms, mean, normalCdf } from "./statistics.ts";

const COUNT = 200_000;
/** P(√n·D > 1.95) ≈ 0.001; the keys are fixed, so a pass stays one. */
const KS_LIMIT = 1.95;

describe("threefry", () => {
  it("gives the published answers of Threefry-4x32-20", () => {
    const ones = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff] as const;
    expect(threefry([0, 0, 0, 0], [0, 0, 0, 0])).toEqual([0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8]);
    expect(threefry(ones, ones)).toEqual([0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732]);
    expect(
      threefry([0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]),
    ).toEqual([0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84]);
  });
});

describe("Key", () => {
  it("is a value: equal derivations give equal keys, whatever the order of calls", () => {
    const key = Key.from(7);
    key.child("other");
    expect(String(key.child("noise", 3))).toBe(String(Key.from(7).child("noise").child(3)));
    expect(String(Key.from(7))).toBe(String(Key.from(7n)));
  });

  it("tells seeds and labels apart", () => {
    const huge = 2n ** 64n;
    const seeds = [0, 1, -1, 2 ** 40, "0", "1", "", huge, huge + 1n].map((seed) => Key.from(seed));
    const labels = [
      0,
      1,
      -1,
      256,
      2 ** 32,
      2 ** 32 + 1,
      "0",
      "1",
      "",
      "a",
      "b",
      "ab",
      "ba",
      "a\0",
      "abcdefgh",
      "abcdefghi",
    ];
    const children = seeds.flatMap((key) => [key, ...labels.map((label) => key.child(label))]);
    children.push(Key.from(0).child("a", "b"), Key.from(0).child("b", "a"), Key.from(0).child(1, 2));
    expect(new Set(children.map(String)).size).toBe(children.length);
  });

  it("spreads neighbouring labels over all bits", () => {
    const bits = Array.from({ length: 2000 }, (_, i) => BigInt(`0x${String(Key.from(1).child("step", i))}`));
    for (let bit = 0n; bit < 128n; bit++) {
      const ones = bits.filter((word) => ((word >> bit) & 1n) === 1n).length;
      expect(Math.abs(ones - 1000)).toBeLessThan(5 * Math.sqrt(500));
    }
  });

  it("refuses fractions and missing labels", () => {
    expect(() => Key.from(0.5)).toThrow(/Key.from: expected a safe integer.*got 0.5/);
    expect(() => Key.from(NaN)).toThrow(/got NaN/);
    expect(() => Key.from(1).child(0.5)).toThrow(/Key.child: expected strings and safe integers, got 0.5/);
    expect(() => Key.from(1).child()).toThrow(/at least one label/);
  });
});

describe("fills", () => {
  const key = Key.from(2025);

  it("write into the caller's array and give the same numbers in float32 and float64", () => {
    for (const fill of [uniform, normal, rademacher]) {
      const wide = new Float64Array(101);
      expect(fill(key, wide)).toBe(wide);
      expect(fill(key, 101)).toEqual(Float32Array.from(wide));
      expect(() => fill(key, -1)).toThrow(/expected a whole number of values, got -1/);
    }
  });

  it("frozen answers", () => {
    const frozen = {
      key: String(key),
      child: String(key.child("noise", 12)),
      uniform: [...uniform(key, 3)],
      normal: [...normal(key, new Float64Array(3))],
      rademacher: [...rademacher(key, 8)],
      integers: [...integers(key, 5, 10)],
      permutation: [...permutation(key, 8)],
    };
    expect(frozen).toMatchInlineSnapshot(`
      {
        "child": "dc2a883e38c3d5772865371ffe491e6d",
        "integers": [
          5,
          7,
          8,
          2,
          8,
        ],
        "key": "64c4fc27364f7e8513bd40e7bd797f8b",
        "normal": [
          2.0534781931116437,
          -0.9806071954968769,
          0.7039518295346207,
        ],
        "permutation": [
          2,
          4,
          3,
          1,
          5,
          0,
          7,
          6,
        ],
        "rademacher": [
          1,
          -1,
          -1,
          -1,
          -1,
          -1,
          -1,
          -1,
        ],
        "uniform": [
          0.24489223957061768,
          0.5930096507072449,
          0.4354391098022461,
        ],
      }
    `);
  });

  it("uniform: in [0, 1), 24 bits, uniform by Kolmogorov–Smirnov", () => {
    const values = uniform(key, COUNT);
    expect(values.every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 24))).toBe(true);
    expect(ksOfUniforms(values)).toBeLessThan(KS_LIMIT);
  });

  it("normal: finite, standard moments, the normal distribution by Kolmogorov–Smirnov", () => {
    const values = normal(key, new Float64Array(COUNT));
    expect(values.every(Number.isFinite)).toBe(true);
    const moment = (k: number) => mean(values.map((z) => z ** k));
    const allowed = (variance: number) => 4 * Math.sqrt(variance / COUNT);
    expect(Math.abs(moment(1))).toBeLessThan(allowed(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(allowed(2));
    expect(Math.abs(moment(3))).toBeLessThan(allowed(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(allowed(96));
    expect(ksOfUniforms(values.map(normalCdf))).toBeLessThan(KS_LIMIT);
    // Φ(−3) = 1.3499e-3 on either side.
    for (const sign of [-1, 1]) {
      const beyond = values.filter((z) => sign * z > 3).length;
      expect(Math.abs(beyond - 1.3499e-3 * COUNT)).toBeLessThan(4 * Math.sqrt(1.35e-3 * COUNT));
    }
  });

  it("the quantile function is right into the far tails", () => {
    // Reference values to 16 digits of Φ⁻¹(p).
    expect(lowerNormalQuantile(0.5)).toBe(0);
    const known: readonly (readonly [number, number])[] = [
      [0.25, -0.6744897501960817],
      [0.025, -1.9599639845400545],
      [0.001, -3.090232306167813],
      [1e-10, -6.361340902404056],
      [1e-15, -7.941345326170998],
    ];
    for (const [p, z] of known) expect(Math.abs(lowerNormalQuantile(p) / z - 1)).toBeLessThan(1e-14);
    expect(lowerNormalQuantile(2 ** -54)).toBeCloseTo(-8.2927, 3);
  });

  it("rademacher: ±1, balanced, neighbours uncorrelated", () => {
    const values = rademacher(key, COUNT);
    expect(values.every((s) => s === 1 || s === -1)).toBe(true);
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(COUNT));
    expect(Math.abs(mean(values.map((s, i) => s * (values[i + 1] ?? 0))))).toBeLessThan(4 / Math.sqrt(COUNT));
  });

  it("integers: every value equally often, no bias at large bounds, bad bounds refused", () => {
    const counts = new Float64Array(7);
    integers(key, 70_000, 7).forEach((value) => counts[value]!++);
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(22.5);
    // Reduced modulo 3·2³⁰ without rejection, words would fall below 2³⁰ half the time instead of a third.
    const low = integers(key, 30_000, 3 * 2 ** 30).filter((value) => value < 2 ** 30).length;
    expect(Math.abs(low - 10_000)).toBeLessThan(4 * Math.sqrt(30_000 * (2 / 9)));
    expect([...integers(key, 3, 1)]).toEqual([0, 0, 0]);
    expect(integers(key, 1000, 2 ** 32).some((value) => value > 2 ** 31)).toBe(true);
    for (const below of [0, -1, 1.5, NaN, 2 ** 32 + 1]) expect(() => integers(key, 1, below)).toThrow(/`below`/);
  });

  it("permutation: every order equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(key.child(i), 4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(49.7);
    expect([...permutation(key, 1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...permutation(key, 0)]).toEqual([]);
  });

  it("children are uncorrelated with each other, with their parent and between fills", () => {
    const streams = [normal(key, COUNT), normal(key.child("a"), COUNT), normal(key.child("b"), COUNT)];
    for (let step = 0; step < 4; step++) streams.push(normal(key.child("noise", step), COUNT));
    streams.push(uniform(key, COUNT).map((u) => (u - 0.5) * Math.sqrt(12)));
    for (let i = 0; i < streams.length; i++) {
      for (let j = 0; j < i; j++) {
        const correlation = mean(streams[i]!.map((x, k) => x * (streams[j]![k] ?? 0)));
        expect(Math.abs(correlation)).toBeLessThan(4.5 / Math.sqrt(COUNT));
      }
    }
  });

  it("first numbers of consecutive children are themselves uniform", () => {
    const firsts = Float64Array.from({ length: 20_000 }, (_, i) => uniform(key.child("noise", i), 1)[0] ?? NaN);
    expect(ksOfUniforms(firsts)).toBeLessThan(KS_LIMIT);
  });
});

describe("bytes", () => {
  it("are uniform, four to a word, and a function of the key", () => {
    const drawn = bytes(Key.from("bytes"), COUNT);
    const counts = new Array<number>(256).fill(0);
    for (const byte of drawn) counts[byte] = (counts[byte] ?? 0) + 1;
    const expected = COUNT / 256;
    const chiSquare = counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(255 + 4 * Math.sqrt(2 * 255));
    expect(bytes(Key.from("bytes"), COUNT)).toEqual(drawn);
    expect(bytes(Key.from("bytes"), 6)).toEqual(drawn.slice(0, 6));
    expect(bytes(Key.from("other"), 16)).not.toEqual(drawn.slice(0, 16));
    expect(() => bytes(Key.from(0), -1)).toThrow("bytes: expected a whole number of values, got -1");
  });
});
