/** @file A flow from training to likelihoods on Node's WebGPU, equal to the CPU's within float32. */
import { createFlow, createTrainer, Key, mlp, normal, otPath, trainingPoints, unflattenValues } from "fluxion";
import type { Flow, Trainer, TrainingState } from "fluxion";
import type { Runtime } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { disagreement } from "../../graph/test/compare.ts";
import { webgpu } from "./webgpu.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const key = Key.from(3);
const { training: data } = trainingPoints(normal(key.child("points"), 1000), [500, 2], { holdOutKey: key });
// Times enter as they are: WGSL lets the sines of Fourier features be off by 2^-11.
const model = mlp({ dimension: 2, width: 8, depth: 1, time: "plain" });
const path = otPath();
const steps = 4;

const trainerOn = (runtime: Runtime, state?: TrainingState): Promise<Trainer> =>
  createTrainer({ runtime, model, path, data, key, batchSize: 16, learningRate: 1e-2, warmupSteps: 2, state });

const flowOn = (runtime: Runtime, { ema }: TrainingState): Flow =>
  createFlow({ runtime, model, path, params: unflattenValues(model.parameters, ema), transform: data.transform });

describe.skipIf(!webgpu)("on WebGPU", () => {
  const cpu = nodeRuntime({ threads: 1 });
  const gpu = webgpu as Runtime;
  const losses: Float32Array[] = [];
  const states: TrainingState[] = [];
  beforeAll(async () => {
    for (const runtime of [await cpu, gpu]) {
      const trainer = await trainerOn(runtime);
      losses.push((await trainer.advance(steps, steps)).losses);
      states.push((await trainer.read()));
      await trainer.dispose();
    }
  });

  it("trains as on the CPU", () => {
    const [[a, b], [x, y]] = [losses, states] as [[Float32Array, Float32Array], [TrainingState, TrainingState]];
    expect(disagreement(b, a)).toBeLessThan(1e-5);
    expect(disagreement(y.params, x.params)).toBeLessThan(1e-4);
    expect(disagreement(y.ema, x.ema)).toBeLessThan(1e-4);
  });

  it("goes on with the same bits where it stopped", async () => {
    const first = await trainerOn(gpu);
    await first.advance(steps / 2, steps);
    const second = await trainerOn(gpu, (await first.read()));
    await second.advance(steps / 2, steps);
    expect((await second.read()).params).toEqual(states[1]?.params);
    await Promise.all([first.dispose(), second.dispose()]);
  });

  it.each([["midpoint", { solver: "midpoint", steps: 2 }], ["dopri5", { solver: "dopri5", rtol: 1e-3, atol: 1e-3 }]] as const)("samples as on the CPU: %s", async (_name, options) => {
    const [state] = states as [TrainingState];
    const draw = async (runtime: Runtime): Promise<ArrayLike<number>> => {
      const flow = flowOn(runtime, state);
      const { values } = await flow.sample({ count: 16, key, ...options });
      await flow.dispose();
      return values;
    };
    expect(disagreement(await draw(gpu), await draw(await cpu))).toBeLessThan(1e-4);
  });

  it("measures likelihoods as on the CPU", async () => {
    const [state] = states as [TrainingState];
    const points = normal(key.child("fresh"), 16);
    const measure = async (runtime: Runtime): Promise<ArrayLike<number>> => {
      const flow = flowOn(runtime, state);
      const { logProb } = await flow.logProb(points, { solver: "midpoint", steps: 2 });
      await flow.dispose();
      return logProb;
    };
    expect(disagreement(await measure(gpu), await measure(await cpu))).toBeLessThan(1e-4);
  });
});
