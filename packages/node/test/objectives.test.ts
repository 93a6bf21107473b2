import { nodeRuntime } from "@fluxion/node";
import { cosinePath, createTrainer, Key, likelihoodObjective, linearVpPath, logitNormalTimes, meanAndError, mlp, noiseObjective, normal, otPath, polynomialPath, scoreFlowObjective, scoreObjective, trainFlow, trainingPoints, velocityObjective, vePath, vpPath, x1Objective } from "fluxion";
import type { TrainerOptions } from "fluxion";
import { add, square } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

const key = Key.from(1);
/** A correlated Gaussian. */
const points = normal(key.child("points"), 8000);
for (let i = 0; i < points.length; i += 2) points[i + 1] = 0.6 * (points[i] ?? 0) + 0.5 * (points[i + 1] ?? 0) - 2;
const { training: data, heldOut } = trainingPoints(points, [4000, 2], { holdOutKey: key.child("held out") });
const runtime = await nodeRuntime({ threads: 1 });
const model = mlp({ dimension: 2, width: 32, depth: 2 });

const vp = vpPath();

const base = { runtime, model, data, key, batchSize: 128, learningRate: 5e-3, warmupSteps: 50, schedule: "polynomial", emaDecay: 0.99 } as const satisfies Omit<TrainerOptions, "path">;

/** −log p of a held-out point of the Gaussian in data space, on average. */
const truth = Math.log(2 * Math.PI) + 1 + Math.log(0.5);

async function nll(options: Partial<TrainerOptions> & Pick<TrainerOptions, "path">): Promise<number> {
  const flow = await trainFlow({ ...base, ...options, steps: 1200 });
  const { logProb } = await flow.logProb(heldOut, { rtol: 1e-4, atol: 1e-4 });
  const sampled = await flow.sample({ count: 500, key, solver: "midpoint", steps: 40 });
  expect(sampled.values.every(Number.isFinite)).toBe(true);
  const { mean } = meanAndError(logProb.map((value) => -value));
  await flow.dispose();
  return mean;
}

describe("a short training comes near the entropy of a Gaussian", () => {
  it.each([
    ["velocity", velocityObjective()],
    ["noise", noiseObjective()],
    ["score in the noise's scale", scoreObjective({ prediction: "noise" })],
    ["score", scoreObjective()],
    ["ScoreFlow", scoreFlowObjective({ prediction: "noise" })],
    // Unweighted, the error of the data says little where little noise is left, and the velocity divides it by σ.
    ["x1 with EDM's weight", x1Objective({ weight: "edm" })],
    ["velocity from a network for x1", velocityObjective({ prediction: "x1" })],
  ] as const)("VP, %s", async (_name, objective) => {
    expect(Math.abs((await nll({ path: vp, objective })) - truth)).toBeLessThan(0.15);
  }, 60_000);

  it.each([
    ["noise", noiseObjective()],
    ["x1 with min-SNR", x1Objective({ weight: "min-snr" })],
    ["velocity, logit-normal times, cosmap", velocityObjective({ times: logitNormalTimes({ std: 1.5 }), weight: "cosmap" })],
    ["velocity, stratified times", velocityObjective({ times: "stratified" })],
    ["velocity, your own weight", velocityObjective({ weight: (t) => add(square(t), 0.5) })],
  ] as const)("OT, %s", async (_name, objective) => {
    expect(Math.abs((await nll({ path: otPath(), objective })) - truth)).toBeLessThan(0.15);
  }, 60_000);

  it.each([
    // The velocity has the size of the noise: from the usual 10 a short training gets within 0.3.
    ["VE", vePath({ sigmaMax: 5 })],
    ["cosine", cosinePath()],
    ["polynomial", polynomialPath({ n: 2 })],
    ["linear-VP", linearVpPath()],
  ] as const)("%s, velocity", async (_name, path) => {
    expect(Math.abs((await nll({ path, objective: velocityObjective() })) - truth)).toBeLessThan(0.15);
  }, 60_000);
});

it("gives the same bits however the steps are cut, whatever the objective", async () => {
  const objective = scoreObjective({ times: "edm", weight: "min-snr" });
  const whole = await createTrainer({ ...base, path: vp, objective });
  await whole.advance(9, 9);
  const parts = await createTrainer({ ...base, path: vp, objective });
  for (const count of [1, 5, 3]) await parts.advance(count, 9);
  expect(parts.saved.ema).toEqual(whole.saved.ema);
});

it("trains by maximum likelihood, exactly and by Hutchinson's estimate", async () => {
  for (const objective of [likelihoodObjective({ divergence: "exact", steps: 4 }), likelihoodObjective({ steps: 4, kinetic: 0.01, jacobian: 0.01 })]) {
    const losses: number[] = [];
    const flow = await trainFlow({ ...base, model: mlp({ dimension: 2, width: 16, depth: 2, activation: "tanh" }), batchSize: 64, path: otPath(), objective, steps: 150, chunk: 25, onProgress: (report) => losses.push(...report.losses) });
    const { logProb } = await flow.logProb(heldOut, { rtol: 1e-4, atol: 1e-4 });
    const { mean } = meanAndError(logProb.map((value) => -value));
    expect(Math.abs(mean - truth), JSON.stringify(objective.config)).toBeLessThan(0.25);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? NaN);
    await flow.dispose();
  }
}, 60_000);
