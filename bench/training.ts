/** @file Training steps on all sides: the same parameters, batches, clipping, Adam, schedule and weight average. */
import type { Executable, Program } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import { createTrainer, initialState, Key, normal, otPath, resolveOptimizer, stepProgram, uniform } from "fluxion";
import type { Model, TrainingData, TrainingState } from "fluxion";
import type { BenchCase, Check, Context, Measurement } from "./case.ts";
import { measureDuel } from "./duel.ts";
import { timed } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { writeArray } from "./rival.ts";
import { kindOf } from "./rivals.ts";
import type { RivalName } from "./rivals.ts";
import { relativeDistance } from "./statistics.ts";
import { batchesOf, stepLoop } from "./step-loop.ts";
import type { BatchFeeds } from "./step-loop.ts";

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
  /** Where our steps are done, if not in this process. */
  readonly elsewhere?: RivalName | undefined;
}

/** What a training case trains. */
export interface TrainingCase extends TrainingTask, Pick<BenchCase, "name" | "what" | "target" | "otherTargets"> {
  /** Default "both". */
  readonly threads?: BenchCase["threads"] | undefined;
}

const path = otPath();
const sigmaMin = 1e-4;
const key = Key.from("bench");
/** The warm-up is short, so that the compared steps reach past it; the rest of the schedule is out of reach. */
const optimizer = resolveOptimizer({ learningRate: 1e-3, warmupSteps: 10, schedule: "polynomial" });
const total = 1_000_000;

/** Makes a case that counts training steps. */
export function trainingCase(task: TrainingCase): BenchCase {
  const { name, what, target, otherTargets, rivals, threads = "both" } = task;
  return { name, what, target, otherTargets, unit: "steps/s", rivals, threads, measure: (context) => measureTraining(task, context) };
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
  const ours = stepLoop(executable, model, start, { optimizer, total });
  const call = (): Promise<Float32Array> => ours.call(batches.feeds);
  const losses: number[] = [];
  for (let i = 0; i < checkedCalls; i++) losses.push(...(await call()));
  const sides: Side[] = [{ name: "fluxion", units: chunk, run: (turns) => timed(turns, call) }];
  const trainer = task.trainer === true ? await createTrainer({ runtime, model, path, data, key, batchSize: batch, ...optimizer, state: start }) : undefined;
  if (trainer) {
    sameAsTrainer((await trainer.advance(chunk, total)).losses, losses);
    sides.push({ name: "createTrainer", units: chunk, run: (turns) => timed(turns, () => trainer.advance(chunk, total)) });
  }
  const ema = ours.ema();
  const compare = async (rival: Rival, name: RivalName): Promise<readonly Check[]> => {
    const steps = Math.min(kindOf(name).comparedSteps ?? Infinity, chunk);
    if (kindOf(name).comparedSteps === undefined || steps === losses.length) return compared(rival, start, losses, ema);
    // A slow rival is compared over fewer steps: ours are done again, from the start.
    const short = stepLoop(executable, model, start, { optimizer, total });
    return compared(rival, start, [...(await short.call(batchesOf(batches.feeds, 0, steps)))], short.ema());
  };
  const measured = await measureDuel(context, {
    rivals,
    ours: sides,
    elsewhere: task.elsewhere,
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
  readonly feeds: BatchFeeds;
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
    call: (executable: Executable) => stepLoop(executable, model, start, { optimizer, total }).call(batches.feeds),
    request: (context: Context) => request(task, context, batches, start),
  };
}
