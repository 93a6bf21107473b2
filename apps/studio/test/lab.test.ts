import { constant, input, lower, mul, trace } from "@fluxion/graph";
import { createFlow, Key, meanAndError, mlp, otPath, pointSets, trainFlow, trainingPoints, unflattenValues, velocityObjective } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { expect, it } from "vitest";
import { decodeModel, encodeModel } from "../src/keep/model-file.ts";
import { createLab } from "../src/lab/lab.ts";
import { fieldParticles } from "../src/lab/onnx-field.ts";
import { conditionalFrames, marginalFrames } from "../src/lab/path-frames.ts";
import { timesFor } from "../src/lab/frames.ts";
import type { Problem } from "../src/lab/problem.ts";
import { noLosses, withLosses } from "../src/session/losses.ts";
import { decodeFrames, encodeFrames } from "../src/session/pretrained.ts";

const runtime = await nodeRuntime({ threads: 1 });
const problem: Problem = {
  data: { kind: "set", name: "moons", count: 20_000 },
  path: { kind: "ot", sigmaMin: 1e-4 },
  objective: "velocity",
  width: 16,
  depth: 2,
  batch: 64,
  learningRate: 5e-3,
  seed: 3,
};
const midpoint = { solver: "midpoint", steps: 8 } as const;
const steps = 60;
const lab = await createLab(runtime, problem);
await lab.advance(steps, steps);

it("trains as the library does", async () => {
  const key = Key.from(3);
  const { training, heldOut } = trainingPoints(pointSets.moons.sample(key.child("points"), 20_000), [20_000, 2], { holdOutKey: key.child("holdout") });
  const flow = await trainFlow({
    runtime, model: mlp({ dimension: 2, width: 16, depth: 2 }), path: otPath(), objective: velocityObjective(), data: training, key: key.child("training"),
    batchSize: 64, learningRate: 5e-3, warmupSteps: 200, schedule: "polynomial", steps,
  });
  const { logProb } = await flow.logProb(heldOut.subarray(0, 400));
  const { nll } = await lab.likelihood(200);
  expect(nll).toBeCloseTo(meanAndError(logProb.map((value) => -value)).mean, 5);
  await flow.dispose();
});

it.each([[midpoint], [{ solver: "heun", steps: 50 } as const]])("shows the particles that the library samples: %o", async (method) => {
  const { positions, nfe, times } = await lab.particles(20, method);
  const { values, nfe: once } = await lab.sample({ count: 20, ...method });
  expect(nfe).toBe(once);
  positions.slice(-40).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 3));
  expect(times.length).toBe(Math.min(32, method.steps) + 1);
});

it("shares the steps of a grid out over what is shown", () => {
  for (const grid of [1, 3, 32, 33, 50, 97]) {
    const times = timesFor({ solver: "euler", steps: grid }, [0, 1]);
    const shares = times.slice(1).map((t, i) => Math.round((t - times[i]!) * grid));
    expect(shares.reduce((a, b) => a + b)).toBe(grid);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  }
});

it("carries points both ways, back to where they came from", async () => {
  const start = lab.parts.heldOut.slice(0, 40) as Float32Array;
  const encoded = await lab.carry(Float32Array.from(start), 1, { solver: "rk4", steps: 64 });
  const decoded = await lab.carry(encoded.positions.slice(0, 40), 0, { solver: "rk4", steps: 64 });
  decoded.positions.slice(-40).forEach((value, i) => expect(value).toBeCloseTo(start[i]!, 2));
  const middle = await lab.carry(Float32Array.of(0.3, 0.4), 0.5, midpoint);
  expect([middle.times[0], middle.times.at(-1)]).toEqual([0, 1]);
});

it("gives its field to other runtimes, and takes it back", async () => {
  const bytes = await lab.encodeField();
  const here = await lab.particles(30, midpoint);
  const there = await fieldParticles(runtime, bytes, "moons.onnx", 30, midpoint);
  there.positions.slice(-60).forEach((value, i) => expect(value).toBeCloseTo(here.positions.slice(-60)[i]!, 3));
});

it("refuses fields of others", async () => {
  const program = trace("other", { y: input(["batch", 3]) }, ({ y }) => ({ z: mul(y, constant(2)) }));
  await expect(fieldParticles(runtime, lower(program), "other.onnx", 10, midpoint)).rejects.toThrow(/other\.onnx: expected a velocity field.*got y \[batch, 3\] to z/);
  await expect(fieldParticles(runtime, Uint8Array.of(1, 2, 3), "noise.onnx", 10, midpoint)).rejects.toThrow(/noise\.onnx/);
});

it("keeps a model in a file, with its points", async () => {
  const own: Problem = { ...problem, data: { kind: "points", points: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)) } };
  const state = await lab.read();
  const kept = decodeModel(encodeModel({ problem: own, state }), "moons.safetensors");
  expect(kept).toEqual({ problem: own, state });
});

it("refuses files that are none of its own", async () => {
  const state = await lab.read();
  const bytes = encodeModel({ problem, state });
  expect(() => decodeModel(bytes.subarray(0, bytes.length - 8), "cut.safetensors")).toThrow(/cut\.safetensors: expected a complete safetensors file/);
  const hostile = { ...problem, path: { kind: "formula", alpha: "alert(1)", sigma: "1 - t" } };
  expect(() => decodeModel(encodeModel({ problem: hostile, state }), "bad.safetensors")).toThrow(/bad\.safetensors: expected the settings of a model.*alert/);
});

it("evaluates the velocity that the library integrates", async () => {
  const points = Float32Array.of(0.5, -0.3, 1, 1);
  const velocities = await lab.velocities(points, [0.25]);
  const h = 1e-2;
  const ahead = await lab.carry(points, 0.25, { solver: "rk4", steps: 400 });
  const at = ahead.times.findIndex((t) => t > 0.25);
  const step = ahead.times[at]! - 0.25;
  expect(step).toBeGreaterThan(h);
  const { positions } = ahead;
  points.forEach((value, i) => expect((positions[4 * at + i]! - value) / step).toBeCloseTo(velocities[i]!, 0));
});

it("shows paths whose ends are noise and data, the field's as well as each point's own", async () => {
  const picture = { data: problem.data, path: { kind: "cosine" }, seed: 0, count: 60 };
  const own = conditionalFrames(picture);
  const together = await marginalFrames(runtime, picture);
  own.positions.slice(0, 120).forEach((value, i) => expect(together.positions[i]).toBeCloseTo(value, 4));
  const spread = (values: Float32Array): number => Math.hypot(...values) / Math.sqrt(values.length);
  expect(spread(together.positions.slice(-120)) / spread(own.positions.slice(-120))).toBeGreaterThan(0.8);
});

it("keeps frames to a few thousandths", () => {
  const frames = { count: 2, times: [0, 0.5, 1], positions: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i) * 5), nfe: 0 };
  const { positions, ...rest } = decodeFrames(encodeFrames(frames).buffer);
  expect(rest).toEqual({ count: 2, times: [0, 0.5, 1], nfe: 0 });
  positions.forEach((value, i) => expect(value).toBeCloseTo(frames.positions[i]!, 3));
});

it("thins a loss out without losing its mean", () => {
  const losses = Float32Array.from({ length: 9137 }, (_, i) => 2 + Math.sin(i / 50));
  let curve = noLosses;
  for (let i = 0; i < losses.length; i += 37) curve = withLosses(curve, losses.subarray(i, i + 37));
  expect(curve.values.length).toBeLessThanOrEqual(400);
  const covered = curve.values.length * curve.stretch;
  const mean = (list: ArrayLike<number>): number => Array.from(list).reduce((a, b) => a + b, 0) / list.length;
  expect(mean(curve.values)).toBeCloseTo(mean(losses.subarray(0, covered)), 2);
});

it("samples by the library's flow of the averaged weights", async () => {
  const { model, training, path } = lab.parts;
  const flow = createFlow({ runtime, model, path, params: unflattenValues(model.parameters, (await lab.read()).ema), transform: training.transform });
  const { values } = await flow.sample({ count: 5, key: Key.from(3).child("samples"), ...midpoint });
  expect((await lab.sample({ count: 5, ...midpoint })).values).toEqual(values);
  await flow.dispose();
});
