/** @file Training steps on both sides: the same parameters, batches, clipping, Adam, schedule and weight average. */
import type { Executable, HostTensor } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import { createTrainer, initialState, Key, normal, otPath, resolveOptimizer, stepProgram, stepScalars, uniform } from "fluxion";
import type { Model, TrainingData, TrainingState } from "fluxion";
import { agreement } from "./case.ts";
import type { BenchCase, Check, Context, Measurement, Target } from "./case.ts";
import { interleave, ratioOf, timed } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { writeArray } from "./rival.ts";
import { relativeDistance } from "./statistics.ts";

/** What a training case trains. */
export interface TrainingCase {
  readonly name: string;
  readonly what: string;
  readonly target: Target;
  readonly model: Model;
  readonly data: TrainingData;
  readonly batch: number;
  /** Steps per call of the runtime, and the number of different batches. */
  readonly chunk: number;
  /** Calls over which both sides are compared. */
  readonly checkedCalls: number;
}

const path = otPath();
const sigmaMin = 1e-4;
const key = Key.from("bench");
/** The warm-up is short, so that the compared steps reach past it; the rest of the schedule is out of reach. */
const optimizer = resolveOptimizer({ learningRate: 1e-3, warmupSteps: 10, schedule: "polynomial" });
const total = 1_000_000;

/** Makes a case that counts training steps. */
export function trainingCase(task: TrainingCase): BenchCase {
  const { name, what, target } = task;
  return { name, what, target, unit: "steps/s", hasRival: true, measure: (context) => measure(task, context) };
}

async function measure(task: TrainingCase, context: Context): Promise<Measurement> {
  const { runtime, rival } = context;
  const { model, data, batch, chunk, checkedCalls } = task;
  const start = startState(model);
  const batches = drawBatches(task);
  const executable = await runtime.compile(stepProgram({ model, path, batch, optimizer }));
  const trainer = await createTrainer({ runtime, model, path, data, key, batchSize: batch, ...optimizer, state: start });
  const ours = loop(executable, start, batches, chunk);
  const losses: number[] = [];
  for (let i = 0; i < checkedCalls; i++) losses.push(...(await ours.call()));
  sameAsTrainer((await trainer.advance(chunk, total)).losses, losses);
  const checks = rival ? await compare(rival, task, context, batches, start, { losses, ema: ours.ema() }) : [];
  const sides: Side[] = [
    { name: "fluxion", units: chunk, run: (turns) => timed(turns, ours.call) },
    { name: "createTrainer", units: chunk, run: (turns) => timed(turns, () => trainer.advance(chunk, total)) },
  ];
  if (rival) sides.push({ name: "pytorch", units: chunk, run: async (turns) => (await rival.run(turns * chunk)).seconds });
  const figures = await interleave(sides, context);
  await Promise.all([executable.dispose(), trainer.dispose()]);
  const compared = rival ? agreement(checks) : undefined;
  return {
    figures,
    ratio: compared?.agrees === true ? ratioOf(figures["fluxion"], figures["pytorch"]) : undefined,
    agreement: compared,
    details: { batch, parameters: start.params.length, stepsPerCall: chunk, stepsCompared: losses.length },
  };
}

/** Fresh parameters, moved a little: what starts at zero must count in the comparison too. */
function startState(model: Model): TrainingState {
  const state = initialState(model, key);
  const shift = normal(key.child("shift"), state.params.length);
  const params = state.params.map((value, i) => value + 0.02 * (shift[i] ?? 0));
  return { ...state, params, ema: params.slice() };
}

interface Batches {
  readonly x0: Float32Array;
  readonly x1: Float32Array;
  readonly t: Float32Array;
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** The first batches of a run, just as the trainer draws them. */
function drawBatches({ data, batch, chunk }: TrainingCase): Batches {
  const size = batch * sizeOf(data.eventShape);
  const [x0, x1, t] = [new Float32Array(chunk * size), new Float32Array(chunk * size), new Float32Array(chunk * batch)];
  for (let step = 0; step < chunk; step++) {
    normal(key.child("noise", step), x0.subarray(step * size, (step + 1) * size));
    data.fill(key.child("data"), step, x1.subarray(step * size, (step + 1) * size));
    uniform(key.child("time", step), t.subarray(step * batch, (step + 1) * batch));
  }
  const event = [chunk, batch, ...data.eventShape];
  const feeds = { x0: hostTensor(x0, event), x1: hostTensor(x1, event), t: hostTensor(t, [chunk, batch]) };
  return { x0, x1, t, feeds };
}

/** The step program driven as the trainer drives it, with batches drawn beforehand. */
function loop(executable: Executable, start: TrainingState, { feeds }: Batches, chunk: number) {
  let step = 0;
  let state: Record<string, HostTensor> = {};
  for (const name of ["params", "m", "v", "ema"] as const) state[name] = hostTensor(start[name], [start[name].length]);
  const call = async (): Promise<Float32Array> => {
    const scalars = new Float32Array(4 * chunk);
    for (let i = 0; i < chunk; i++) stepScalars(step + i, total, optimizer, scalars.subarray(4 * i, 4 * i + 4));
    const results = await executable.run({ ...state, ...feeds, scalars: hostTensor(scalars, [chunk, 4]) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, tensor(results, `next.${name}`)]));
    step += chunk;
    return floats(results, "loss");
  };
  return { call, ema: () => floats(state, "ema") };
}

function tensor(results: Readonly<Record<string, HostTensor>>, name: string): HostTensor {
  const found = results[name];
  if (!found) throw new Error(`bench: the step program has no output "${name}"`);
  return found;
}

const floats = (results: Readonly<Record<string, HostTensor>>, name: string): Float32Array =>
  Float32Array.from(tensor(results, name).data as Float32Array);

/** What a user trains with does these very steps. */
function sameAsTrainer(trainer: Float32Array, program: readonly number[]): void {
  if (trainer.every((loss, step) => loss === program[step])) return;
  throw new Error("bench: expected createTrainer and the step program to give equal losses; the benchmark draws other batches");
}

/** The same steps in PyTorch: their losses, and how far the averaged weights moved. */
async function compare(
  rival: Rival,
  { model, batch }: TrainingCase,
  { folder }: Context,
  { x0, x1, t }: Batches,
  start: TrainingState,
  ours: { readonly losses: readonly number[]; readonly ema: Float32Array },
): Promise<readonly Check[]> {
  await rival.setup({
    task: "training",
    model: model.config,
    specs: Object.entries(model.parameters).map(([name, { shape }]) => [name, shape]),
    parameters: writeArray(folder, "parameters", start.params),
    pool: { x0: writeArray(folder, "x0", x0), x1: writeArray(folder, "x1", x1), t: writeArray(folder, "t", t) },
    batch,
    total,
    optimizer,
    sigmaMin,
  });
  const { losses = [] } = await rival.run(ours.losses.length);
  const apart = ours.losses.map((loss, step) => Math.abs((losses[step] ?? NaN) - loss) / Math.abs(loss));
  return [
    { what: "losses, relative", distance: Math.max(...apart), tolerance: 1e-4 },
    {
      what: "averaged weights, relative to how far they moved",
      distance: relativeDistance(await rival.result(), ours.ema, start.ema),
      tolerance: 1e-3,
    },
  ];
}
