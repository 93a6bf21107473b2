import { add, constant, div, hostTensor, mul, referenceRuntime, reshape, sub } from "@fluxion/graph";
import type { Runtime, Tensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { bitsPerDim, bitsPerDimFromLogDensity, bitsPerDimOfCopies, createFlow, initParameters, Key, meanAndError, mlp, normal, otPath, uniform } from "fluxion";
import type { DataTransform, DensityOptions, Flow, FloatArray, Model } from "fluxion";
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

/** What a flow was asked, when its log-density in data space is known. */
interface Asked {
  readonly values: FloatArray;
  readonly options: DensityOptions;
}

/** A flow of images that answers with given log-densities and remembers what it was asked. */
function answering(event: readonly number[], logProbOf: (call: number, count: number) => Float64Array): { readonly flow: Flow; readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  const size = event.reduce((a, b) => a * b, 1);
  const flow: Flow = {
    ...flowOf(linear(event), { kind: "images8bit" }),
    logProb: (values, options = {}) => {
      asked.push({ values, options });
      return Promise.resolve({ logProb: logProbOf(asked.length - 1, values.length / size), nfe: 10 * asked.length, accepted: 0, rejected: 0, result: "success" });
    },
  };
  return { flow, asked };
}

/** What the key of a call draws: keys themselves show nothing to compare. */
const probesOf = (call: Asked | undefined): readonly number[] => [...uniform(call?.options.key ?? Key.from(0), 4)];

describe("bits per dimension", () => {
  it("is exactly 8 for the uniform density on [−1, 1]^d", async () => {
    expect(bitsPerDimFromLogDensity(-784 * Math.LN2, 784)).toBe(8);
    // Uniform on [0, 256)^d in data space: 8 bits for each of d values, by any number of copies.
    const event = [1, 4, 4];
    for (const samples of [1, 5]) {
      const { flow, asked } = answering(event, (_, count) => new Float64Array(count).fill(-8 * 16 * Math.LN2));
      const { values, mean, spread } = await bitsPerDim(flow, new Uint8Array(3 * 16), { key: Key.from(1), samples });
      expect(asked).toHaveLength(samples);
      expect([...values]).toEqual([8, 8, 8]);
      expect(mean).toBe(8);
      expect(spread).toBe(0);
    }
  });

  it("averages densities, not their logarithms, over copies", () => {
    // log((e⁰ + e⁻³)/2) by hand; far apart only the larger counts, as half of the mean; alike copies change nothing.
    const [near, far, same] = [[0, -3], [-10, -4000], [-5, -5]].map(([a, b]) => bitsPerDimOfCopies([Float64Array.of(a ?? NaN), Float64Array.of(b ?? NaN)], 4)[0] ?? NaN);
    expect(near).toBeCloseTo(7 + 0.6445603 / (4 * Math.LN2), 6);
    expect(far).toBeCloseTo(7 + (10 + Math.LN2) / (4 * Math.LN2), 12);
    expect(same).toBeCloseTo(7 + 5 / (4 * Math.LN2), 12);
    // The first k lists alone are K = k; images stay apart.
    const lists = [Float64Array.of(0, 1), Float64Array.of(-3, 1)];
    expect([...bitsPerDimOfCopies(lists.slice(0, 1), 1)]).toEqual([7, 7 - 1 / Math.LN2]);
    expect(bitsPerDimOfCopies(lists, 1)[1]).toBeCloseTo(7 - 1 / Math.LN2, 12);
    // Jensen: no mean of densities is below the mean of logarithms.
    expect(near).toBeLessThan(7 + 1.5 / (4 * Math.LN2));
  });

  it("gives the copies of an image the same probes and other noise, and says how far they differ", async () => {
    const event = [1, 1, 2];
    const images = Uint8Array.of(0, 255, 7, 8);
    // Copy k of the first image has log-density −k, of the second −10 k.
    const { flow, asked } = answering(event, (k) => Float64Array.of(-k, -10 * k));
    const { spread, logDensities, nfe, values } = await bitsPerDim(flow, images, { key: Key.from(2), samples: 3, probes: 4, first: 20 });
    expect(asked).toHaveLength(3);
    const [one, two, three] = asked;
    expect(new Set(asked.map(({ options }) => options.divergence))).toEqual(new Set(["hutchinson"]));
    expect(asked.every(({ options }) => options.probes === 4)).toBe(true);
    expect(probesOf(two)).toEqual(probesOf(one));
    expect(probesOf(three)).toEqual(probesOf(one));
    expect(two?.values).not.toEqual(one?.values);
    expect(three?.values).not.toEqual(two?.values);
    for (const { values } of asked) {
      values.forEach((value, i) => {
        expect(Math.floor(value)).toBe(images[i]);
      });
    }
    // Model space counts 7 bits a value more than data space (eq 36).
    logDensities.forEach((list, k) => {
      expect(list[0]).toBeCloseTo(-k + 14 * Math.LN2, 12);
      expect(list[1]).toBeCloseTo(-10 * k + 14 * Math.LN2, 12);
    });
    // Deviations of 0, −1, −2 and of 0, −10, −20 are 1 and 10 nats.
    expect(spread).toBeCloseTo((1 + 10) / 2 / (2 * Math.LN2), 12);
    expect(values[0]).toBeCloseTo(-Math.log((1 + Math.exp(-1) + Math.exp(-2)) / 3) / (2 * Math.LN2), 12);
    expect(nfe).toBeCloseTo(20, 12);
    // Other images of the same set have other probes.
    await bitsPerDim(flow, images, { key: Key.from(2) });
    expect(probesOf(asked[3])).not.toEqual(probesOf(one));
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

it("takes the threads that a solve is worth, whatever was solved before", async () => {
  const inner = await nodeRuntime({ threads: 2 });
  const compiled: (number | undefined)[] = [];
  const runtime: Runtime = {
    ...inner,
    compile: async (program, options) => {
      const executable = await inner.compile(program, options);
      compiled.push(executable.threads);
      return executable;
    },
  };
  const model = mlp({ dimension: 2, width: 128 });
  const flow = createFlow({ runtime, model, params: initParameters(model, Key.from(1)), path: otPath() });
  const solve = (count: number): Promise<unknown> => flow.decode(normal(Key.from(2), 2 * count), { solver: "midpoint", steps: 1 });
  for (const count of [1, 1000, 2, 900, 1]) await solve(count);
  expect(compiled).toEqual([1, 2]);
  await flow.dispose();
});
