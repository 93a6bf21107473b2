/** @file Training steps on all sides: the same parameters, batches, clipping, Adam, schedule and weight average. */
import type { Executable, HostTensor, Program } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import { createTrainer, initialState, Key, normal, otPath, resolveOptimizer, stepProgram, stepScalars, uniform } from "fluxion";
import type { Model, TrainingData, TrainingState } from "fluxion";
import type { BenchCase, Check, Context, Measurement, Target } from "./case.ts";
import { measureDuel } from "./duel.ts";
import { timed } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { writeArray } from "./rival.ts";
import { kindOf } from "./rivals.ts";
import type { RivalName } from "./rivals.ts";
import { relativeDistance } from "./statistics.ts";

/** What is trained. */
export interface TrainingTask {
  readonly model: Model;
  readonly data: TrainingData;
  readonly batch: number;
  /** Steps per call of the runtime, and the number of different batches. */
  readonly chunk: number;
  /** Calls over which both sides are compared. Default 1. */
  readonly checkedCalls?: number | undefined;
  /** Whether `createTrainer` is measured too, our random numbers inside its time. Default false. */
  readonly trainer?: boolean | undefined;
  readonly rivals: readonly RivalName[];
}

/** What a training case trains. */
export interface TrainingCase extends TrainingTask {
  readonly name: string;
  readonly what: string;
  readonly target?: Target | undefined;
}

const path = otPath();
const sigmaMin = 1e-4;
const key = Key.from("bench");
/** The warm-up is short, so that the compared steps reach past it; the rest of the schedule is out of reach. */
const optimizer = resolveOptimizer({ learningRate: 1e-3, warmupSteps: 10, schedule: "polynomial" });
const total = 1_000_000;

/** Makes a case that counts training steps. */
export function trainingCase(task: TrainingCase): BenchCase {
  const { name, what, target, rivals } = task;
  return { name, what, target, unit: "steps/s", rivals, threads: "both", measure: (context) => measureTraining(task, context) };
}

/** Steps a second of every side. */
export async function measureTraining(whole: TrainingTask, context: Context): Promise<Measurement> {
  const started = performance.now();
  const { runtime, quick } = context;
  // Images are cut down to few, so that a quick run is quick.
  const task = quick && sizeOf(whole.model.eventShape) > 2 ? { ...whole, batch: Math.min(2, whole.batch) } : whole;
  const { model, data, batch, chunk, checkedCalls = 1, rivals } = task;
  const start = startState(model);
  const batches = drawBatches(task);
  const executable = await runtime.compile(stepProgram({ model, path, batch, optimizer }));
  const ours = loop(executable, start, batches, chunk);
  const losses: number[] = [];
  for (let i = 0; i < checkedCalls; i++) losses.push(...(await ours.call()));
  const sides: Side[] = [{ name: "fluxion", units: chunk, run: (turns) => timed(turns, ours.call) }];
  const trainer = task.trainer === true ? await createTrainer({ runtime, model, path, data, key, batchSize: batch, ...optimizer, state: start }) : undefined;
  if (trainer) {
    sameAsTrainer((await trainer.advance(chunk, total)).losses, losses);
    sides.push({ name: "createTrainer", units: chunk, run: (turns) => timed(turns, () => trainer.advance(chunk, total)) });
  }
  const ema = ours.ema();
  const compare = async (rival: Rival, name: RivalName): Promise<readonly Check[]> => {
    const steps = kindOf(name).comparedSteps;
    if (steps === undefined || steps >= losses.length) return compared(rival, start, losses, ema);
    // A slow rival is compared over fewer steps: ours are done again, from the start.
    const short = loop(executable, start, firstOf(batches, steps), steps);
    return compared(rival, start, [...(await short.call())], short.ema());
  };
  const measured = await measureDuel(context, {
    rivals,
    ours: sides,
    request: request(task, context, batches, start),
    rivalUnits: (name) => (kindOf(name).comparedSteps === undefined ? chunk : 1),
    check: compare,
    started,
    details: {
      batch,
      parameters: start.params.length,
      stepsPerCall: chunk,
      stepsCompared: losses.length,
      threadsChosen: executable.threads ?? 1,
    },
  });
  await Promise.all([executable.dispose(), trainer?.dispose()]);
  return measured;
}

/** Fresh parameters, moved a little: what starts at zero must count in the comparison too. */
export function startState(model: Model, distance = 0.02): TrainingState {
  const state = initialState(model, key);
  const shift = normal(key.child("shift"), state.params.length);
  const params = state.params.map((value, i) => value + distance * (shift[i] ?? 0));
  return { ...state, params, ema: params.slice() };
}

interface Batches {
  readonly x0: Float32Array;
  readonly x1: Float32Array;
  readonly t: Float32Array;
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** The first batches of a run, just as the trainer draws them. */
function drawBatches({ data, batch, chunk }: TrainingTask): Batches {
  const size = batch * sizeOf(data.eventShape);
  const [x0, x1, t] = [new Float32Array(chunk * size), new Float32Array(chunk * size), new Float32Array(chunk * batch)];
  for (let step = 0; step < chunk; step++) {
    normal(key.child("noise", step), x0.subarray(step * size, (step + 1) * size));
    data.fill(key.child("data"), step, x1.subarray(step * size, (step + 1) * size));
    uniform(key.child("time", step), t.subarray(step * batch, (step + 1) * batch));
  }
  const event = [chunk, batch, ...data.eventShape];
  return { x0, x1, t, feeds: { x0: hostTensor(x0, event), x1: hostTensor(x1, event), t: hostTensor(t, [chunk, batch]) } };
}

function firstOf(batches: Batches, steps: number): Batches {
  const first = ({ data, shape: [chunk = 1, ...rest] }: HostTensor): HostTensor =>
    hostTensor((data as Float32Array).slice(0, (data.length / chunk) * steps), [steps, ...rest]);
  return { ...batches, feeds: Object.fromEntries(Object.entries(batches.feeds).map(([name, value]) => [name, first(value)])) };
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

/** What a rival is told: the work, and where its arrays are. */
function request({ model, batch }: TrainingTask, { folder }: Context, { x0, x1, t }: Batches, start: TrainingState) {
  return {
    task: "training",
    model: model.config,
    specs: Object.entries(model.parameters).map(([name, { shape }]) => [name, shape]),
    parameters: writeArray(folder, "parameters", start.params),
    pool: { x0: writeArray(folder, "x0", x0), x1: writeArray(folder, "x1", x1), t: writeArray(folder, "t", t) },
    batch,
    total,
    optimizer,
    sigmaMin,
  };
}

/** The same steps elsewhere: their losses, and how far the averaged weights moved. */
async function compared(rival: Rival, start: TrainingState, ours: readonly number[], ema: Float32Array): Promise<readonly Check[]> {
  const { losses = [] } = await rival.run(ours.length);
  const apart = ours.map((loss, step) => Math.abs((losses[step] ?? NaN) - loss) / Math.abs(loss));
  return [
    { what: "losses, relative", distance: Math.max(...apart), tolerance: 1e-4 },
    {
      what: "averaged weights, relative to how far they moved",
      distance: relativeDistance(await rival.result(), ema, start.ema),
      // Adam divides by the root of the squared gradient: where that is tiny, rounding alone decides the step.
      tolerance: ours.length < 10 ? 1e-2 : 1e-3,
    },
  ];
}

/** One step of training by itself, for what is not a rate. */
export interface OneStep {
  readonly program: () => Program;
  /** Does the step on a compiled program and returns its loss. */
  readonly call: (executable: Executable) => Promise<Float32Array>;
  /** What a rival is told of it. */
  readonly request: (context: Context) => Readonly<Record<string, unknown>>;
}

/** Prepares one step: its parameters and its batch. */
export function oneStep(model: Model, data: TrainingData, batch: number): OneStep {
  const start = startState(model);
  const task: TrainingTask = { model, data, batch, chunk: 1, rivals: [] };
  const batches = drawBatches(task);
  return {
    program: () => stepProgram({ model, path, batch, optimizer }),
    call: (executable: Executable) => loop(executable, start, batches, 1).call(),
    request: (context: Context) => request(task, context, batches, start),
  };
}
