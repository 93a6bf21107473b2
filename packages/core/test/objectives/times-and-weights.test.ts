import { exp, hostTensor, input, interpretProgram, mul, trace } from "@fluxion/graph";
import {
  cosmapWeight,
  edmTime,
  edmTimes,
  edmWeight,
  Key,
  logitNormalTime,
  logitNormalTimes,
  minSnrWeight,
  modeTime,
  modeTimes,
  timeSamplers,
  timesFromConfig,
  uniform,
  weightFromConfig,
  weightOf,
  weights,
} from "fluxion";
import type { AffinePath, Prediction, TimeSampler, TimesName, Weight, WeightName } from "fluxion";
import { describe, expect, it } from "vitest";
import { straight, vp } from "./paths.ts";

const key = Key.from("times");
const drawn = (times: TimeSampler, count: number, interval: readonly [number, number] = [0, 1], of = key): Float32Array => {
  const out = new Float32Array(count);
  times.fill(of, interval, out);
  return out;
};
const average = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

function weightAt(weight: Weight, path: AffinePath, target: Prediction, times: readonly number[]): number[] {
  const program = trace("weight", { t: input([times.length]) }, ({ t }) => ({ w: weight.at({ t, target, schedule: () => path.schedule(t) }) }));
  const { w } = interpretProgram(program, { t: hostTensor(Float64Array.from(times), [times.length]) });
  return Array.from(w?.data ?? [], Number);
}

describe("golden numbers of the public peers (k)", () => {
  it("hold for the times of a standard normal", () => {
    for (const [z, logit, edm] of [[-1, 0.2689414214, 0.9168273035], [0, 0.5, 0.7685247835], [1, 0.7310585786, 0.5]] as const) {
      expect(logitNormalTime(z)).toBeCloseTo(logit, 9);
      expect(edmTime(z)).toBeCloseTo(edm, 9);
    }
  });

  it("hold for mode times, whose peers count from the noise", () => {
    for (const [u, level] of [[0.1, 0.802568547], [0.5, 0.5], [0.9, 0.197431453]] as const) expect(1 - modeTime(u)).toBeCloseTo(level, 9);
    expect([modeTime(0), modeTime(1)]).toEqual([0, 1]);
    expect(() => modeTimes({ scale: 2 })).toThrow(/modeTimes: scale: expected a number from -1 to 1.75, got 2/);
  });

  it("hold for cosmap and for EDM's weight", () => {
    weightAt(cosmapWeight(), straight, "velocity", [0.1, 0.5, 0.9]).forEach((w, i) => {
      expect(w).toBeCloseTo([0.7763655761, 1.2732395447, 0.7763655761][i] ?? NaN, 9);
    });
    const levels = [0.1, 0.5, 1, 10];
    weightAt(edmWeight(), straight, "x1", levels.map((s) => 1 / (1 + s))).forEach((w, i) => {
      expect(w).toBeCloseTo([104, 8, 5, 4.01][i] ?? NaN, 9);
    });
  });
});

describe.each(Object.keys(timeSamplers) as TimesName[])("times: %s", (kind) => {
  const times = timesFromConfig({ kind });

  it("are a pure function of the key, inside any interval", () => {
    expect(drawn(times, 500)).toEqual(drawn(times, 500));
    expect(drawn(times, 500)).not.toEqual(drawn(times, 500, [0, 1], key.child(1)));
    for (const [t0, t1] of [[0, 1], [0, Math.fround(1 - 1e-5)], [0.25, 0.5]] as const) {
      const values = drawn(times, 5000, [t0, t1]);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(t0);
      expect(Math.max(...values)).toBeLessThanOrEqual(t1);
    }
  });

  it("are rebuilt from their config", () => {
    expect(timesFromConfig(times.config).config).toEqual(times.config);
  });
});

describe("distributions", () => {
  it("have the moments they should", () => {
    expect(average(drawn(timesFromConfig({ kind: "uniform" }), 20_000))).toBeCloseTo(0.5, 2);
    const logits = Array.from(drawn(logitNormalTimes({ mean: 0.5, std: 2 }), 20_000), (t) => Math.log(t / (1 - t)));
    expect(Math.abs(average(logits) - 0.5)).toBeLessThan(0.06);
    expect(average(logits.map((z) => (z - 0.5) ** 2)) / 4).toBeCloseTo(1, 1);
    const noise = Array.from(drawn(edmTimes(), 20_000), (t) => Math.log((1 - t) / t));
    expect(Math.abs(average(noise) + 1.2)).toBeLessThan(0.04);
  });

  it("put one stratified time in every part, and lower the variance of a mean", () => {
    const stratified = timesFromConfig({ kind: "stratified" });
    drawn(stratified, 100).forEach((t, i) => {
      expect(Math.min(99, Math.floor(100 * t + 1e-4))).toBe(i);
    });
    const spread = (times: TimeSampler): number => {
      const means = Array.from({ length: 50 }, (_, i) => average(drawn(times, 64, [0, 1], key.child(i)).map((t) => t * t)));
      return average(means.map((value) => (value - 1 / 3) ** 2));
    };
    expect(spread(stratified)).toBeLessThan(0.01 * spread(timesFromConfig({ kind: "uniform" })));
  });

  it("leave the uniform times of earlier versions as they were", () => {
    expect(drawn(timesFromConfig({ kind: "uniform" }), 8)).toEqual(uniform(key, 8));
  });

  it("refuse what makes no distribution", () => {
    expect(() => logitNormalTimes({ std: 0 })).toThrow(/logitNormalTimes: std: expected a number above 0, got 0/);
    expect(() => edmTimes({ mean: NaN })).toThrow(/edmTimes: mean: expected a number, got NaN/);
    expect(() => timesFromConfig({ kind: "uniform", mean: 1 })).toThrow(/times "uniform": unknown option "mean"; it has none/);
    expect(() => timesFromConfig({ kind: "often" })).toThrow(/times: expected kind to be one of uniform, logit-normal, edm, mode, stratified, got "often"/);
  });
});

describe.each(Object.keys(weights) as WeightName[])("weight: %s", (kind) => {
  const weight = weightFromConfig({ kind });
  const times = [0.05, 0.3, 0.6, 0.95];

  it("is positive and finite, and rebuilt from its config", () => {
    for (const target of ["velocity", "noise", "x1"] as const) {
      expect(weightAt(weight, vp, target, times).every((w) => w > 0 && Number.isFinite(w))).toBe(true);
    }
    expect(weightFromConfig(weight.config).config).toEqual(weight.config);
  });
});

describe("weights", () => {
  it("are min(SNR, γ) on the data, min(SNR, γ)/SNR on the noise, min(SNR, γ)/(SNR + 1) on v-prediction", () => {
    const times = [0.1, 0.4, 0.9];
    const snr = weightAt(weightOf((t) => t), vp, "x1", times).map((t) => {
      const integral = (1 - t) * (0.1 + (19.9 / 2) * (1 - t));
      return 1 / Math.expm1(integral);
    });
    const weight = minSnrWeight({ gamma: 3 });
    weightAt(weight, vp, "x1", times).forEach((w, i) => expect(w).toBeCloseTo(Math.min(snr[i] ?? NaN, 3), 8));
    weightAt(weight, vp, "noise", times).forEach((w, i) => expect(w).toBeCloseTo(Math.min(1, 3 / (snr[i] ?? NaN)), 8));
    // σ/W · |dψ/dangle| : on a circle the velocity is dangle/dt times v = α x0 − σ x1.
    weightAt(weight, vp, "velocity", times).forEach((w, i) => {
      const beta = 0.1 + 19.9 * (1 - (times[i] ?? NaN));
      const s = snr[i] ?? NaN;
      // dangle/dt = W = β α/(2σ), (α/σ)² = SNR
      expect(w * (0.25 * beta ** 2 * s)).toBeCloseTo(Math.min(s, 3) / (s + 1), 8);
    });
  });

  it("are your own function of t too", () => {
    weightAt(weightOf((t) => exp(mul(t, -2))), straight, "noise", [0, 0.5]).forEach((w, i) => {
      expect(w).toBeCloseTo(Math.exp(-i), 12);
    });
  });

  it("refuse bad options", () => {
    expect(() => minSnrWeight({ gamma: 0 })).toThrow(/minSnrWeight: gamma: expected a number above 0, got 0/);
    expect(() => edmWeight({ sigmaData: -1 })).toThrow(/edmWeight: sigmaData: expected a number above 0, got -1/);
    expect(() => weightFromConfig({ kind: "heavy" })).toThrow(/weight: expected kind to be one of min-snr, cosmap, edm, got "heavy"/);
  });
});
