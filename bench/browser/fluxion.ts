/** @file Fluxion in a page, as a library of ../peers/task.mjs: training steps and solves on `@fluxion/web`. */
import { hostTensor } from "@fluxion/graph";
import type { Runtime } from "@fluxion/graph";
import { webRuntime } from "@fluxion/web";
import { createFlow, modelFromConfig, otPath, stepProgram, unflattenValues } from "fluxion";
import type { Model, OptimizerConfig, SolverOptions } from "fluxion";
import { batchesOf, stepLoop } from "../step-loop.ts";
import type { BatchFeeds } from "../step-loop.ts";

interface Problem {
  readonly model: Readonly<Record<string, unknown>>;
  readonly parameters: Float32Array;
  readonly pool: Readonly<Record<string, Float32Array>>;
}

interface TrainingProblem extends Problem {
  readonly batch: number;
  readonly total: number;
  readonly optimizer: OptimizerConfig;
}

interface SamplingProblem extends Problem {
  readonly solver: SolverOptions;
}

/** What the page asks of a library. */
export interface Library {
  training(problem: TrainingProblem): { run(count: number): Promise<readonly number[]>; averages(): Promise<Float32Array> };
  solve(problem: SamplingProblem): () => Promise<{ readonly y: ArrayLike<number>; readonly nfe: number }>;
}

/** Opens Fluxion on a device of the browser, with one thread. */
export async function open(device: "wasm" | "webgpu", wasmPaths: string): Promise<Library> {
  const runtime = await webRuntime({ device, ...(device === "wasm" && { threads: 1 }), wasmPaths });
  return { training: (problem) => training(runtime, problem), solve: (problem) => solve(runtime, problem) };
}

function training(runtime: Runtime, { model: config, parameters, pool, batch, total, optimizer }: TrainingProblem): ReturnType<Library["training"]> {
  const model = modelFromConfig(config);
  const zero = (): Float32Array => new Float32Array(parameters.length);
  const start = { step: 0, params: parameters, m: zero(), v: zero(), ema: parameters.slice() };
  const feeds = feedsOf(model, pool, batch);
  const steps = feeds["t"]?.shape[0] ?? 1;
  const opened = runtime
    .compile(stepProgram({ model, path: otPath(), batch, optimizer }))
    .then((executable) => stepLoop(executable, model, start, { optimizer, total }));
  let done = 0;
  const run = async (count: number): Promise<readonly number[]> => {
    const loop = await opened;
    const losses: number[] = [];
    while (losses.length < count) {
      const from = done % steps;
      const to = Math.min(steps, from + count - losses.length);
      losses.push(...(await loop.call(from === 0 && to === steps ? feeds : batchesOf(feeds, from, to))));
      done += to - from;
    }
    return losses;
  };
  return { run, averages: async () => (await opened).ema() };
}

function feedsOf({ eventShape }: Model, { x0, x1, t }: Problem["pool"], batch: number): BatchFeeds {
  if (!x0 || !x1 || !t) throw new Error("bench: expected the batches x0, x1 and t");
  const steps = t.length / batch;
  const shape = [steps, batch, ...eventShape];
  return { x0: hostTensor(x0, shape), x1: hostTensor(x1, shape), t: hostTensor(t, [steps, batch]) };
}

function solve(runtime: Runtime, { model: config, parameters, pool: { x }, solver }: SamplingProblem): ReturnType<Library["solve"]> {
  if (!x) throw new Error("bench: expected the noise x");
  const model = modelFromConfig(config);
  const flow = createFlow({ runtime, model, path: otPath(), params: unflattenValues(model.parameters, parameters) });
  return async () => {
    const { values, nfe } = await flow.decode(x, solver);
    return { y: values, nfe };
  };
}
