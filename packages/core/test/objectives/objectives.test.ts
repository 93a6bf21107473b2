import { concat, div, grad, hostTensor, input, interpretProgram, matmul, mean as average, mul, ones, referenceRuntime, reshape, square, sub, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import {
  convert,
  createFlow,
  gaussianPath,
  Key,
  noiseObjective,
  normal,
  objectiveFromConfig,
  objectives,
  otPath,
  predictions,
  resolveOptimizer,
  scoreFlowObjective,
  scoreObjective,
  stepProgram,
  uniform,
  velocityObjective,
  x1Objective,
} from "fluxion";
import type { AffinePath, Objective, Path, Prediction, RegressionOptions } from "fluxion";
import { describe, expect, it } from "vitest";
import { knowing, mean, optimum, std } from "./gaussian.ts";
import { affinePaths, cosine, straight, ve, vp } from "./paths.ts";

const makers = { velocity: velocityObjective, noise: noiseObjective, score: scoreObjective, "score-flow": scoreFlowObjective, x1: x1Objective } as const;
/** The regressions; likelihood has tests of its own. */
const names = Object.keys(makers) as (keyof typeof makers)[];

const host = (values: ArrayLike<number>, shape: readonly number[]) => hostTensor(Float64Array.from(values), [...shape]);

/** A batch on a path's own interval, drawn as training draws it. */
function batchOf(objective: Objective, path: Path, batch: number) {
  const [x0, x1] = [normal(Key.from(1).child("x0"), 2 * batch), normal(Key.from(1).child("x1"), 2 * batch)];
  const [t0, t1] = objective.pathOf(path).interval;
  const t = uniform(Key.from(2), batch).map((u) => t0 + (t1 - t0) * (0.05 + 0.9 * u));
  return { x0: host(x0, [batch, 2]), x1: host(x1.map((value, i) => (mean[i % 2] ?? 0) + std * value), [batch, 2]), t: host(t, [batch]) };
}

/** The loss of an objective, and its gradient by the network's output, where the network is the optimum plus `w`. */
function lossOf(objective: Objective, path: AffinePath, batch: ReturnType<typeof batchOf>, w: readonly number[]) {
  const count = batch.t.shape[0] ?? 0;
  const on = objective.pathOf(path);
  const program = trace("loss", { x0: input([count, 2]), x1: input([count, 2]), t: input([count]), w: input([1, 2]) }, ({ w, ...inputs }) => {
    const model = { apply: (_: unknown, x: Tensor, t: Tensor) => mul(optimum(path, objective.prediction, x, t), w) };
    const loss = objective.loss({ model, params: {}, inputs, path: on, batch: count, event: [2] });
    const [gradient] = grad(loss, [w]);
    return { loss, gradient };
  });
  const out = interpretProgram(program, { ...batch, w: host(w, [1, 2]) });
  return { loss: Number(out["loss"]?.data[0]), gradient: Array.from(out["gradient"]?.data ?? [], Number) };
}

describe.each(affinePaths)("on the path $kind", (path) => {
  it("all optima of a Gaussian are one velocity", () => {
    const rows = [0.3, -1, 2, 0.5, -0.2, 1.4];
    const program = trace("optima", { x: input([3, 2]), t: input([3]) }, ({ x, t }) =>
      Object.fromEntries(predictions.map((from) => [from, convert(path, { value: optimum(path, from, x, t), from, to: "velocity", x, t })])),
    );
    const out = interpretProgram(program, { x: host(rows, [3, 2]), t: host([0.2, 0.55, 0.9], [3]) });
    for (const from of predictions) {
      out["velocity"]?.data.forEach((value, i) => {
        expect(Math.abs(Number(out[from]?.data[i]) - Number(value)) / (1 + Math.abs(Number(value))), from).toBeLessThan(1e-9);
      });
    }
  });

  describe.each(names)("with the objective %s", (name) => {
    it.each(predictions)("the loss is finite and least at the optimum of a network for %s", (prediction) => {
      const objective = makers[name]({ prediction });
      const batch = batchOf(objective, path, 1000);
      const best = lossOf(objective, path, batch, [1, 1]);
      expect(Number.isFinite(best.loss)).toBe(true);
      for (const w of [[0.6, 1], [1, 1.5], [0, 0]]) {
        expect(lossOf(objective, path, batch, w).loss).toBeGreaterThan(best.loss);
      }
    });
  });

  it.each(names)("one minimum for all networks: per time, least squares with the objective %s convert exactly", (name) => {
    // At one time, with an affine network of x, the minima of all predictions are the same function.
    const [t0, t1] = path.interval;
    const t = t0 + 0.4 * (t1 - t0);
    const fits = predictions.map((prediction) => fit(makers[name]({ prediction }), path, t));
    for (const other of fits) {
      other.forEach((value, i) => {
        expect(Math.abs(value - (fits[0]?.[i] ?? NaN)) / (1 + Math.abs(value))).toBeLessThan(1e-6);
      });
    }
  });
});

/** The velocity at some points of the affine network that minimises an objective's loss at one time, by its normal equations. */
function fit(objective: Objective, path: AffinePath, time: number): number[] {
  const count = 50;
  const on = objective.pathOf(path);
  const batch = { ...batchOf(objective, path, count), t: host(new Float64Array(count).fill(time), [count]) };
  const at = (w: readonly number[]): number[] => {
    const program = trace("fit", { x0: input([count, 2]), x1: input([count, 2]), t: input([count]), w: input([3, 2]) }, ({ w, ...inputs }) => {
      const model = { apply: (_: unknown, x: Tensor) => matmul(features(x), w) };
      const [gradient] = grad(objective.loss({ model, params: {}, inputs, path: on, batch: count, event: [2] }), [w]);
      return { gradient };
    });
    return Array.from(interpretProgram(program, { ...batch, w: host(w, [3, 2]) })["gradient"]?.data ?? [], Number);
  };
  // The gradient is affine in w: six evaluations and one give the matrix, and Gauss the root.
  const origin = at([0, 0, 0, 0, 0, 0]);
  const columns = origin.map((_, j) => at(origin.map((__, i) => Number(i === j))).map((value, i) => value - (origin[i] ?? 0)));
  const w = solve(origin.map((_, i) => columns.map((column) => column[i] ?? 0)), origin.map((value) => -value));
  const program = trace("velocity", { x: input([2, 2]), t: input([2]), w: input([3, 2]) }, ({ x, t, w }) => ({
    v: convert(path, { value: matmul(features(x), w), from: objective.prediction, to: "velocity", x, t }),
  }));
  const out = interpretProgram(program, { x: host([0.5, -1, 2, 1], [2, 2]), t: host([time, time], [2]), w: host(w, [3, 2]) });
  return Array.from(out["v"]?.data ?? [], Number);
}

/** [x, 1] */
const features = (x: Tensor): Tensor => concat([x, ones([x.shape[0] ?? 1, 1])], 1);

/** Gauss–Jordan with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? NaN]);
  for (let j = 0; j < rows.length; j++) {
    const best = rows.reduce((top, row, i) => (i >= j && Math.abs(row[j]!) > Math.abs(rows[top]![j]!) ? i : top), j);
    [rows[j], rows[best]] = [rows[best]!, rows[j]!];
    const pivot = rows[j]!;
    rows.forEach((row, i) => {
      if (i === j) return;
      const factor = row[j]! / pivot[j]!;
      row.forEach((value, k) => (row[k] = value - factor * pivot[k]!));
    });
  }
  return rows.map((row, i) => row[rows.length]! / row[i]!);
}

/** Where the flow of a Gaussian carries a point: (x − αm)/√V stays. */
function carried(path: AffinePath, x: readonly number[], from: number, to: number) {
  const program = trace("schedule", { t: input([2]) }, ({ t }) => ({ alpha: path.alpha(t), sigma: path.sigma(t) }));
  const out = interpretProgram(program, { t: host([from, to], [2]) });
  const [a, b] = [0, 1].map((i) => {
    const [alpha, sigma] = [Number(out["alpha"]?.data[i]), Number(out["sigma"]?.data[i])];
    return { alpha, deviation: Math.hypot(alpha * std, sigma) };
  }) as [{ alpha: number; deviation: number }, { alpha: number; deviation: number }];
  const ratio = b.deviation / a.deviation;
  return { x: x.map((value, i) => b.alpha * (mean[i] ?? 0) + ratio * (value - a.alpha * (mean[i] ?? 0))), logDet: x.length * Math.log(ratio) };
}

describe.each(affinePaths)("a flow on the path $kind", (path) => {
  it.each(predictions)("encodes, measures and decodes from a prediction of the %s", async (prediction) => {
    const flow = createFlow({ runtime: referenceRuntime(), model: knowing(path, prediction), params: {}, path, prediction });
    const [t0, t1] = flow.path.interval;
    const data = Float64Array.of(0.7, -1.1);
    const tight = { rtol: 1e-8, atol: 1e-8 };
    const { x, logDet } = carried(path, [...data], t1, t0);
    const scale = path.priorStd;
    const { values } = await flow.encode(data, tight);
    values.forEach((value, i) => expect(Math.abs(value - (x[i] ?? NaN)) / scale).toBeLessThan(1e-5));
    const { logProb } = await flow.logProb(data, tight);
    const prior = x.reduce((total, value) => total - 0.5 * (value / scale) ** 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(scale), 0);
    expect(logProb[0]).toBeCloseTo(prior + logDet, 4);
    const back = await flow.decode(Float64Array.from(values), tight);
    back.values.forEach((value, i) => expect(Math.abs(value - (data[i] ?? NaN))).toBeLessThan(1e-5));
    // Solved in float32 arithmetic too: no coefficient may lose its digits at an end.
    const { values: samples } = await flow.sample({ count: 3, key: Key.from(1) });
    expect(samples.every(Number.isFinite)).toBe(true);
  });
});

it("changes the schedule of a network that predicts the noise", async () => {
  const flow = createFlow({ runtime: referenceRuntime(), model: knowing(straight, "noise"), params: {}, path: straight, prediction: "noise", schedule: cosine });
  // The signal at the cut start of the model's path is a thousandth of the noise, so it starts there on the new one too.
  expect(flow.path.interval[0]).toBeCloseTo((2 / Math.PI) * Math.atan(1e-3 / (1 - 1e-3)), 9);
  const data = Float64Array.of(0.7, -1.1);
  const { values } = await flow.encode(data, { rtol: 1e-8, atol: 1e-8 });
  const { x } = carried(cosine, [...data], flow.path.interval[1], flow.path.interval[0]);
  values.forEach((value, i) => expect(value).toBeCloseTo(x[i] ?? NaN, 4));
  expect(flow.prediction).toBe("noise");
});

it("gives the golden likelihood on the straight path whatever is predicted", async () => {
  // Cuts leave 1e-3 of the data at the start, which the prior does not know, and 1e-3 of the noise at the end.
  for (const [prediction, most] of [["velocity", 1e-8], ["noise", 0.01], ["x1", 0.01], ["score", 0.02]] as const) {
    const flow = createFlow({ runtime: referenceRuntime(), model: knowing(straight, prediction), params: {}, path: straight, prediction });
    const { logProb } = await flow.logProb(Float64Array.of(0.7, -1.1), { rtol: 1e-10, atol: 1e-10 });
    expect(Math.abs((logProb[0] ?? NaN) + 2.2515827053), prediction).toBeLessThan(most);
  }
});

describe("equal weightings (paper, App. E.1)", () => {
  const batch = batchOf(velocityObjective(), vp, 200);
  const w = [0.7, 1.2];

  it("score with λ = σ² is noise matching with another network", () => {
    for (const path of [vp, ve, otPath()]) {
      const score = lossOf(scoreObjective({ prediction: "noise" }), path, batch, w);
      expect(score.loss).toBeCloseTo(lossOf(noiseObjective(), path, batch, w).loss, 10);
      expect(lossOf(scoreObjective(), path, batch, w).loss).toBeCloseTo(score.loss, 10);
    }
  });

  it("ScoreFlow's λ is β(1 − t) on VP, g² on any path", () => {
    const program = trace("lambda", { t: input([3]) }, ({ t }) => {
      const { alpha, sigma, dAlpha, dSigma } = vp.schedule(t);
      return { g2: mul(mul(sigma, 2), sub(div(mul(sigma, dAlpha), alpha), dSigma)) };
    });
    const times = [0.1, 0.5, 0.9];
    const { g2 } = interpretProgram(program, { t: host(times, [3]) });
    times.forEach((t, i) => expect(Number(g2?.data[i])).toBeCloseTo(0.1 + 19.9 * (1 - t), 9));
    // The squared error of the score, by hand.
    const betas = Array.from(batch.t.data as Float64Array, (t) => 0.1 + 19.9 * (1 - t));
    const errors = scoreErrors(batch, w);
    const expected = betas.reduce((total, beta, i) => total + (beta * (errors[i] ?? NaN)) / betas.length, 0);
    expect(lossOf(scoreFlowObjective(), vp, batch, w).loss / expected).toBeCloseTo(1, 9);
  });

  it.each([
    ["straight", straight, 2.3333333333],
    ["cosine", cosine, 3.082861373],
    ["VP", vp, 7.015],
  ] as const)("ScoreFlow weighs by the golden diffusion coefficient of the %s path: g²/2 at t = 0.3", (_name, path, expected) => {
    // The noise is 0 and the network says 1, which leaves λ = g²/σ² of the loss.
    const program = trace("lambda", { x: input([1, 2]), t: input([1]) }, ({ x, t }) => ({
      lambda: scoreFlowObjective({ prediction: "noise" }).loss({
        model: { apply: () => ones([1, 2]) }, params: {}, inputs: { x0: mul(x, 0), x1: x, t }, path, batch: 1, event: [2],
      }),
    }));
    const { lambda } = interpretProgram(program, { x: host([1, -2], [1, 2]), t: host([0.3], [1]) });
    expect((Number(lambda?.data[0]) * path.at(0.3).sigma ** 2) / 2).toBeCloseTo(expected, 9);
  });

  it("flow matching with diffusion is score matching with λ = β²/4", () => {
    const errors = scoreErrors(batch, w);
    const betas = Array.from(batch.t.data as Float64Array, (t) => 0.1 + 19.9 * (1 - t));
    const expected = betas.reduce((total, beta, i) => total + (0.25 * beta ** 2 * (errors[i] ?? NaN)) / betas.length, 0);
    expect(lossOf(velocityObjective({ prediction: "score" }), vp, batch, w).loss / expected).toBeCloseTo(1, 9);
  });
});

/** ‖w·s(x) − ∇ log p_t(x|x1)‖²/d of every example on VP, with the optimum s. */
function scoreErrors(batch: ReturnType<typeof batchOf>, w: readonly number[]): number[] {
  const count = batch.t.shape[0] ?? 0;
  const program = trace("errors", { x0: input([count, 2]), x1: input([count, 2]), t: input([count]), w: input([1, 2]) }, ({ x0, x1, t, w }) => {
    const { xt } = vp.sample(x0, x1, t);
    return { errors: average(square(sub(mul(optimum(vp, "score", xt, t), w), vp.conditionalScore(xt, x1, t))), { axes: [1] }) };
  });
  return Array.from(interpretProgram(program, { ...batch, w: host(w, [1, 2]) })["errors"]?.data ?? [], Number);
}

describe("configurations", () => {
  it.each(names)("rebuild the objective %s", (name) => {
    const objective = makers[name]({ times: "logit-normal", weight: "min-snr", prediction: "x1" });
    const rebuilt = objectiveFromConfig(JSON.parse(JSON.stringify(objective.config)) as Record<string, unknown>);
    expect(rebuilt.config).toEqual(objective.config);
    expect(rebuilt.prediction).toBe("x1");
    expect(Object.keys(objectives)).toContain(rebuilt.kind);
  });

  it("are refused by name", () => {
    expect(() => objectiveFromConfig({ kind: "magic" })).toThrow(/objective: expected kind to be one of velocity, noise.*got "magic"/);
    expect(() => objectiveFromConfig({ kind: "noise", speed: 1 })).toThrow(/objective "noise": unknown option "speed"/);
    expect(() => objectiveFromConfig({ kind: "noise", weight: { kind: "custom" } })).toThrow(/weight: expected kind to be one of/);
    expect(() => noiseObjective({ prediction: "magic" as Prediction })).toThrow(/prediction: expected one of velocity, noise, x1, score, got "magic"/);
    expect(() => noiseObjective({ wieght: "none" } as RegressionOptions)).toThrow(/noise: unknown option "wieght"/);
  });

  it("may name their inputs as they like, but not as the state", () => {
    const plain = velocityObjective();
    const stepOf = (objective: Objective) => stepProgram({ model: knowing(straight, "velocity"), path: straight, objective, batch: 2, optimizer: resolveOptimizer() });
    const clashing: Objective = { ...plain, inputs: (shape) => ({ ...plain.inputs(shape), m: { shape: [2], fill: () => undefined } }) };
    expect(() => stepOf(clashing)).toThrow(/objective "velocity": inputs: expected other names than params, m, v, ema, scalars, got "m"/);
  });

  it("say which paths fit", () => {
    const general = gaussianPath({ mean: (t, x1) => mul(reshape(t, [-1, 1]), x1), std: (t) => sub(1, mul(t, 0.9)) });
    expect(velocityObjective().pathOf(general)).toBe(general);
    expect(() => noiseObjective().pathOf(general)).toThrow(/objective "noise" with prediction "noise": expected an affine path/);
    expect(velocityObjective().pathOf(straight)).toBe(straight);
    expect(noiseObjective().pathOf(straight).interval).toEqual([1e-3, 1]);
    expect(noiseObjective().pathOf(vp)).toBe(vp);
  });
});
