import { nodeRuntime } from "@fluxion/node";
import { createTrainer, emaDecayAt, flattenValues, initParameters, Key, learningRateAt, mlp, otPath, resolveOptimizer, TrainingDivergedError, trainFlow, trainingPoints, normal, uniform } from "fluxion";
import type { TrainerOptions, TrainingData } from "fluxion";
import { describe, expect, it } from "vitest";

const key = Key.from(1);
const points = normal(key.child("points"), 2000);
const { training: data } = trainingPoints(points, [1000, 2], { holdOutKey: key.child("held out") });
const runtime = await nodeRuntime({ threads: 1 });
const model = mlp({ dimension: 2, width: 8, depth: 1, time: "plain" });
const base: TrainerOptions = { runtime, model, path: otPath(), data, key, batchSize: 16, learningRate: 1e-2, warmupSteps: 3, schedule: "polynomial", weightDecay: 0.01, emaDecay: 0.9 };

describe("schedules", () => {
  it("warm up from 1e-8 and decay to it", () => {
    const options = { learningRate: 1, warmupSteps: 4, schedule: "polynomial" } as const;
    expect(learningRateAt(3, 100, options)).toBe(1);
    expect(learningRateAt(1, 100, options)).toBeCloseTo(0.5, 6);
    expect(learningRateAt(99, 100, options)).toBeCloseTo(1e-8, 12);
    expect(learningRateAt(50, 100, { learningRate: 1 })).toBe(1);
    expect([emaDecayAt(0, 0.99), emaDecayAt(90, 0.99), emaDecayAt(1e6, 0.99)]).toEqual([0.1, 0.91, 0.99]);
  });

  it("refuse what is out of range", () => {
    expect(() => resolveOptimizer({ learningRate: -1 })).toThrow(/learningRate: expected a number above 0, got -1/);
    expect(() => resolveOptimizer({ emaDecay: 1 })).toThrow(/emaDecay/);
    expect(() => resolveOptimizer({ nonsense: 1 } as object)).toThrow(/unknown option "nonsense"/);
  });
});

/** The same steps in plain float64: forward, backward, clipping, AdamW and the weight average, written out. */
function reference(steps: number, total: number): Float64Array {
  const theta = Float64Array.from(flattenValues(model.parameters, initParameters(model, key.child("parameters"))));
  const [m, v] = [new Float64Array(theta.length), new Float64Array(theta.length)];
  const average = theta.slice();
  const layout = Object.entries(model.parameters).map(([name, { shape }]) => ({ name, shape }));
  let at = 0;
  const offsets = Object.fromEntries(layout.map(({ name, shape }) => [name, [at, (at += shape.reduce((a, b) => a * b, 1))] as const]));
  const loss = (w: Float64Array, x0: Float32Array, x1: Float32Array, t: Float32Array): number => {
    const part = (name: string): Float64Array => w.subarray(...(offsets[name] ?? [0, 0]));
    const [w1, b1, w2, b2] = ["hidden.0.weight", "hidden.0.bias", "output.weight", "output.bias"].map(part) as [Float64Array, Float64Array, Float64Array, Float64Array];
    let sum = 0;
    for (let i = 0; i < 16; i++) {
      const s = t[i] ?? 0;
      const x = [0, 1].map((j) => s * (x1[2 * i + j] ?? 0) + (1 - (1 - 1e-4) * s) * (x0[2 * i + j] ?? 0));
      const input = [...x, s];
      const h = Array.from(b1, (bias, k) => input.reduce((total_, value, j) => total_ + value * (w1[j * 8 + k] ?? 0), bias)).map((z) => z / (1 + Math.exp(-z)));
      for (let j = 0; j < 2; j++) {
        const y = h.reduce((total_, value, k) => total_ + value * (w2[k * 2 + j] ?? 0), b2[j] ?? 0);
        sum += (y - ((x1[2 * i + j] ?? 0) - (1 - 1e-4) * (x0[2 * i + j] ?? 0))) ** 2;
      }
    }
    return sum / 32;
  };
  for (let n = 0; n < steps; n++) {
    const x0 = normal(key.child("noise", n), 32);
    const x1 = new Float32Array(32);
    data.fill(key.child("data"), n, x1);
    const t = uniform(key.child("time", n), 16);
    const g = theta.map((value, i) => {
      const [up, down] = [theta.slice(), theta.slice()];
      up[i] = value + 1e-5;
      down[i] = value - 1e-5;
      return (loss(up, x0, x1, t) - loss(down, x0, x1, t)) / 2e-5;
    });
    const norm = Math.sqrt(g.reduce((total_, value) => total_ + value * value, 0));
    const rate = learningRateAt(n, total, { learningRate: 1e-2, warmupSteps: 3, schedule: "polynomial" });
    const decay = emaDecayAt(n, 0.9);
    for (let i = 0; i < theta.length; i++) {
      const clipped = (g[i] ?? 0) * Math.min(1, 1 / norm);
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * clipped;
      v[i] = 0.999 * (v[i] ?? 0) + 0.001 * clipped ** 2;
      const [mHat, vHat] = [(m[i] ?? 0) / (1 - 0.9 ** (n + 1)), (v[i] ?? 0) / (1 - 0.999 ** (n + 1))];
      theta[i] = (theta[i] ?? 0) * (1 - rate * 0.01) - (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
      average[i] = decay * (average[i] ?? 0) + (1 - decay) * (theta[i] ?? 0);
    }
  }
  return average;
}

describe("the training step", () => {
  it("does what AdamW with clipping and weight average does", async () => {
    const trainer = await createTrainer(base);
    await trainer.advance(6, 10);
    reference(6, 10).forEach((value, i) => {
      expect(Math.abs((trainer.saved.ema[i] ?? NaN) - value)).toBeLessThan(2e-4);
    });
  });

  it("gives the same bits however the steps are cut, stopped and resumed", async () => {
    const whole = await createTrainer(base);
    await whole.advance(12, 12);
    const parts = await createTrainer(base);
    for (const count of [1, 4, 2]) await parts.advance(count, 12);
    const resumed = await createTrainer({ ...base, state: parts.saved });
    await resumed.advance(5, 12);
    for (const name of ["params", "m", "v", "ema"] as const) {
      expect(Buffer.from(resumed.saved[name].buffer).equals(Buffer.from(whole.saved[name].buffer)), name).toBe(true);
    }
  });

  it("keeps the last good state when a loss is no number", async () => {
    const broken: TrainingData = {
      ...data,
      fill: (k, step, out) => {
        data.fill(k, step, out);
        if (step >= 5) out[0] = NaN;
      },
    };
    const trainer = await createTrainer({ ...base, data: broken });
    await trainer.advance(4, 20);
    const error: unknown = await trainer.advance(4, 20).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect(error).toMatchObject({ step: 5, state: { step: 4 } });
    expect(trainer.step).toBe(4);
    expect(trainer.saved.params.every(Number.isFinite)).toBe(true);
  });

  it("refuses what does not fit", async () => {
    await expect(createTrainer({ ...base, model: mlp({ dimension: 3 }) })).rejects.toThrow(/expects examples of shape \[3\], the data has \[2\]/);
    await expect(createTrainer({ ...base, batchSize: 0 })).rejects.toThrow(/batchSize/);
    const trainer = await createTrainer(base);
    await expect(trainer.advance(5, 4)).rejects.toThrow(/expected 1 to 4 steps/);
  });
});

it("learns a Gaussian to its entropy", async () => {
  const flow = await trainFlow({ ...base, model: mlp({ dimension: 2, width: 32, depth: 2 }), batchSize: 128, weightDecay: 0, emaDecay: 0.99, steps: 1500 });
  const fresh = normal(key.child("fresh"), 2000);
  const { logProb } = await flow.logProb(fresh, { rtol: 1e-4, atol: 1e-4 });
  const nll = -logProb.reduce((a, b) => a + b, 0) / logProb.length;
  const truth = fresh.reduce((total, x) => total + 0.5 * x * x + 0.5 * Math.log(2 * Math.PI), 0) / 1000;
  expect(Math.abs(nll - truth)).toBeLessThan(0.1);
}, 30_000);

it("leaks nothing over 3,000 training calls", async () => {
  // One lost vector of parameters a call would add 66 MB.
  const trainer = await createTrainer({ ...base, model: mlp({ dimension: 2, width: 64, depth: 2 }) });
  const total = 10_000;
  const calls = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) await trainer.advance(1, total);
    return process.memoryUsage.rss();
  };
  const before = await calls(1500);
  expect((await calls(3000)) - before).toBeLessThan(40e6);
}, 60_000);
