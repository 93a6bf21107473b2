import { add, constant, div, hostTensor, mul, referenceRuntime, reshape, sub } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { bitsPerDim, bitsPerDimFromLogDensity, createFlow, initParameters, Key, meanAndError, mlp, normal, otPath } from "fluxion";
import type { DataTransform, Flow, Model } from "fluxion";
import { describe, expect, it } from "vitest";

const tight = { rtol: 1e-10, atol: 1e-10 };
const straight = otPath({ sigmaMin: 0 });

/** A model that knows the marginal field of N(m, s² I) on the straight path. */
function gaussian(eventShape: readonly number[], m: readonly number[], s: number): Model {
  return {
    kind: "gaussian",
    config: {},
    eventShape,
    parameters: {},
    apply: (_params, x, t) => {
      const at = reshape(t, [x.shape[0] ?? 1, ...eventShape.map(() => 1)]);
      const mean = hostConstant(m, eventShape);
      const variance = add(mul(mul(at, at), s * s), mul(sub(1, at), sub(1, at)));
      const rate = div(sub(mul(at, s * s), sub(1, at)), variance);
      return add(mean, mul(rate, sub(x, mul(at, mean))));
    },
  };
}

const hostConstant = (m: readonly number[], shape: readonly number[]): Tensor => constant(Float64Array.from(m), [1, ...shape]);

/** u = 0.3 x */
const linear = (eventShape: readonly number[]): Model => ({
  kind: "linear",
  config: {},
  eventShape,
  parameters: {},
  apply: (_params, x) => mul(x, 0.3),
});

const flowOf = (model: Model, transform?: DataTransform): Flow =>
  createFlow({ runtime: referenceRuntime(), model, params: {}, path: straight, transform });

describe("a Gaussian in closed form", () => {
  const flow = flowOf(gaussian([2], [1, -2], 0.5));

  it("is encoded where it should be", async () => {
    const { values } = await flow.encode(Float64Array.of(0.7, -1.1), tight);
    expect(values[0]).toBeCloseTo(-0.6, 7);
    expect(values[1]).toBeCloseTo(1.8, 7);
  });

  it("has its log-density, forwards and backwards", async () => {
    const { logProb } = await flow.logProb(Float64Array.of(0.7, -1.1), tight);
    expect(logProb[0]).toBeCloseTo(-2.2515827053, 7);
    const drawn = await flow.sampleWithLogProb({ count: 5, key: Key.from(1), ...tight });
    const again = await flow.logProb(drawn.values, tight);
    drawn.logProb.forEach((value, i) => {
      expect(again.logProb[i]).toBeCloseTo(value, 6);
    });
  });

  it("decodes what it encodes, and counts its transform", async () => {
    const points = Float64Array.from(normal(Key.from(2), 20));
    const { values } = await flow.encode(points, tight);
    (await flow.decode(values, tight)).values.forEach((value, i) => {
      expect(value).toBeCloseTo(points[i] ?? NaN, 4);
    });
    const scaled = flowOf(gaussian([2], [1, -2], 0.5), { kind: "standardize", mean: [5, 6], std: [2, 4] });
    const { logProb } = await scaled.logProb(Float64Array.of(5 + 2 * 0.7, 6 - 4 * 1.1), tight);
    expect(logProb[0]).toBeCloseTo(-2.2515827053 - Math.log(8), 7);
  });

  it("does not depend on chunks, and a trajectory ends where samples are", async () => {
    const options = { count: 7, key: Key.from(3), solver: "rk4", steps: 20 } as const;
    const whole = await flow.sample(options);
    const parts = await flow.sample({ ...options, chunk: 3 });
    const path = await flow.trajectory({ ...options, times: [0, 0.5, 1] });
    whole.values.forEach((value, i) => {
      expect(parts.values[i]).toBeCloseTo(value, 12);
      expect(path[2]?.values[i]).toBeCloseTo(value, 12);
    });
    expect(whole.nfe).toBe(80);
  });

  it("refuses what does not fit", async () => {
    await expect(flow.logProb(Float64Array.of(1, 2, 3))).rejects.toThrow(/expected examples \[count, 2\].*got 3/);
    await expect(flow.logProb(Float64Array.of(1, NaN))).rejects.toThrow(/expected finite values, got NaN in example 0/);
    await expect(flow.sample({ count: 0, key: Key.from(1) })).rejects.toThrow(/count: expected a whole number from 1/);
    await expect(flow.logProb(Float64Array.of(1, 2), { divergence: "hutchinson" })).rejects.toThrow(/key: expected a key/);
    await expect(flow.trajectory({ count: 1, key: Key.from(1), times: [0.5, 0.2] })).rejects.toThrow(/times/);
  });
});

describe.each([[[3]], [[1, 2, 2]], [[3, 2, 2]]])("u = 0.3 x on events %j", (event) => {
  it("has its density by exact and by Hutchinson's divergence", async () => {
    const flow = flowOf(linear(event));
    const d = event.reduce((a, b) => a * b, 1);
    const x = Float64Array.from(normal(Key.from(4), 2 * d));
    const expected = [0, 1].map((row) => {
      const squares = x.subarray(row * d, (row + 1) * d).reduce((total, value) => total + (value * Math.exp(-0.3)) ** 2, 0);
      return -0.5 * squares - 0.5 * d * Math.log(2 * Math.PI) - 0.3 * d;
    });
    const exact = await flow.logProb(x, tight);
    const estimate = await flow.logProb(x, { divergence: "hutchinson", probes: 2, key: Key.from(5), ...tight });
    expected.forEach((value, i) => {
      expect(exact.logProb[i]).toBeCloseTo(value, 7);
      expect(estimate.logProb[i]).toBeCloseTo(value, 7);
    });
  });
});

describe("a random network on ONNX Runtime", async () => {
  const model = mlp({ dimension: 3, width: 16, depth: 2 });
  const params = Object.fromEntries(
    Object.entries(initParameters(model, Key.from(6))).map(([name, { data, shape }]) => [
      name,
      hostTensor(Float32Array.from(data as Float32Array, (value) => 2 * value), shape),
    ]),
  );
  const flow = createFlow({ runtime: await nodeRuntime({ threads: 1 }), model, params, path: otPath() });

  it("decodes what it encodes within 1e-4", async () => {
    const x = normal(Key.from(7), 30);
    const { values } = await flow.encode(x, { rtol: 1e-6, atol: 1e-6 });
    (await flow.decode(values, { rtol: 1e-6, atol: 1e-6 })).values.forEach((value, i) => {
      expect(Math.abs(value - (x[i] ?? NaN))).toBeLessThan(1e-4);
    });
  });

  it("has Hutchinson's mean within four standard errors of the exact density", async () => {
    const x = normal(Key.from(8), 3);
    const repeated = Float32Array.from({ length: 3 * 2000 }, (_, i) => x[i % 3] ?? NaN);
    const { logProb } = await flow.logProb(x);
    const estimates = await flow.logProb(repeated, { divergence: "hutchinson", key: Key.from(9) });
    const { mean, standardError } = meanAndError(estimates.logProb);
    expect(standardError).toBeGreaterThan(0);
    expect(Math.abs(mean - (logProb[0] ?? NaN))).toBeLessThan(4 * standardError + 1e-4);
  });

  it("agrees with the float64 interpreter", async () => {
    const x = normal(Key.from(10), 12);
    const reference = createFlow({ runtime: referenceRuntime(), model, params, path: otPath() });
    const [fast, slow] = [await flow.logProb(x), await reference.logProb(x)];
    slow.logProb.forEach((value, i) => {
      expect(Math.abs((fast.logProb[i] ?? NaN) - value)).toBeLessThan(2e-4);
    });
  });
});

describe("bits per dimension", () => {
  it("is exactly 8 for the uniform density on [−1, 1]^d", () => {
    expect(bitsPerDimFromLogDensity(-784 * Math.LN2, 784)).toBe(8);
  });

  it("matches the closed form of a Gaussian flow, and is refused for points", async () => {
    const event = [1, 2, 2];
    const flow = flowOf(gaussian(event, [0, 0, 0, 0], 0.5), { kind: "images8bit" });
    const images = Uint8Array.of(100, 120, 140, 160);
    const { mean } = await bitsPerDim(flow, images, { key: Key.from(11), divergence: "exact", ...tight });
    // A quarter of a grey level changes nothing here: the middle of each cell stands for it.
    const nats = Array.from(images, (x) => -0.5 * (((x + 0.5) / 128 - 1) / 0.5) ** 2 - 0.5 * Math.log(2 * Math.PI * 0.25));
    const expected = -nats.reduce((a, b) => a + b, 0) / (4 * Math.LN2) + 7;
    expect(mean).toBeCloseTo(expected, 1);
    const averaged = await bitsPerDim(flow, images, { key: Key.from(11), samples: 8, divergence: "exact", ...tight });
    expect(averaged.mean).toBeCloseTo(expected, 2);
    await expect(bitsPerDim(flowOf(linear([2])), images, { key: Key.from(1) })).rejects.toThrow(/expected a flow of 8-bit images/);
  });
});
