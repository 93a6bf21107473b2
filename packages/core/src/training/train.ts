import type { Executable, HostTensor, Runtime } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { BatchSource, Objective } from "../objectives/index.ts";
import { velocityObjective } from "../objectives/index.ts";
import type { Path } from "../paths/path.ts";
import type { Key } from "../random/key.ts";
import type { TrainingData } from "../data/training-data.ts";
import type { OptimizerConfig, OptimizerOptions } from "./optimizer.ts";
import { resolveOptimizer, scalarsPerStep, stepScalars } from "./optimizer.ts";
import type { TrainingState } from "./state.ts";
import { initialState } from "./state.ts";
import type { StepInput } from "./step-inputs.ts";
import { stepInputs } from "./step-inputs.ts";
import { stepProgram } from "./step-program.ts";

/** Options of `createTrainer`. */
export interface TrainerOptions extends OptimizerOptions {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly path: Path;
  /** What the network is trained to predict, and how. Default: the velocity (eqs 14 and 23). */
  readonly objective?: Objective | undefined;
  readonly data: TrainingData;
  /** Names all random numbers of the run. */
  readonly key: Key;
  /** Examples per step, from 1. Default 256. */
  readonly batchSize?: number | undefined;
  /** Equal parts of a batch whose gradients are added up, to save memory: a divisor of `batchSize`. Default 1. */
  readonly accumulate?: number | undefined;
  /** The probability that an example's label is withheld, in [0, 1], so that guidance is possible. Default 0.1. */
  readonly labelDropout?: number | undefined;
  /** Threads of the runtime. Default: by the size of the work. */
  readonly threads?: number | undefined;
  /** Where to go on. Default: freshly initialised parameters. */
  readonly state?: TrainingState | undefined;
}

/** What one call of the step program did. */
export interface ChunkReport {
  /** Steps done so far. */
  readonly step: number;
  /** The loss of each step of the chunk. */
  readonly losses: Float32Array;
  /** The gradient's norm before clipping, of each step. */
  readonly gradientNorms: Float32Array;
  readonly state: TrainingState;
}

/** A training run in memory. */
export interface Trainer {
  readonly state: TrainingState;
  /** Threads it computes with; equal counts give equal bits. */
  readonly threads: number;
  /**
   * Does some steps of a schedule in one call. The numbers drawn depend on key and step only, never on the chunk.
   *
   * @param count - steps to do, from 1
   * @param total - the length of the whole schedule, which the learning rate decays over
   * @throws TrainingDivergedError if a loss is not finite; `state` is then still the one before the call
   */
  advance(count: number, total: number): Promise<ChunkReport>;
  /** Puts another state in place, such as the first one again after measuring speed. */
  restore(state: TrainingState): void;
  dispose(): Promise<void>;
}

/** Training met a loss that is no number. The state before is kept. */
export class TrainingDivergedError extends Error {
  /** The step whose loss was not finite. */
  readonly step: number;
  /** The last good state. */
  readonly state: TrainingState;

  constructor(step: number, loss: number, state: TrainingState) {
    super(
      `training: the loss of step ${String(step)} is ${String(loss)}: expected a finite number; ` +
        `the state of step ${String(state.step)} is kept; try a smaller learning rate, a longer warm-up or a smaller clip norm`,
    );
    this.name = "TrainingDivergedError";
    this.step = step;
    this.state = state;
  }
}

/**
 * Compiles the training steps of a model.
 *
 * @throws RangeError if options are out of range, or data and model disagree on the shape of an example
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { runtime, model, path, objective = velocityObjective(), data, key, threads, state } = options;
  const { batchSize = 256, accumulate = 1, labelDropout = 0.1 } = options;
  const optimizer = resolveOptimizer(optimizerOptions(options));
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`train: batchSize: expected a whole number from 1, got ${String(batchSize)}`);
  }
  if (data.eventShape.join() !== model.eventShape.join()) {
    throw new RangeError(
      `train: the model expects examples of shape [${model.eventShape.join(", ")}], the data has [${data.eventShape.join(", ")}]`,
    );
  }
  if (!Number.isInteger(accumulate) || accumulate < 1 || batchSize % accumulate !== 0) {
    throw new RangeError(`train: accumulate: expected a divisor of the batch size ${String(batchSize)}, got ${String(accumulate)}`);
  }
  if (!(labelDropout >= 0 && labelDropout <= 1)) {
    throw new RangeError(`train: labelDropout: expected a probability from 0 to 1, got ${String(labelDropout)}`);
  }
  checkLabels(model, data);
  const program = stepProgram({ model, path, objective, batch: batchSize, accumulate, optimizer });
  const inputs = stepInputs({ model, objective, path, batch: batchSize, labelDropout });
  const executable = await runtime.compile(program, { threads });
  return trainer({ executable, inputs, source: { key, data }, optimizer }, state ?? initialState(model, key));
}

/** Refuses data without the labels that a model is told, and data of more classes than it knows. */
function checkLabels({ classes }: Model, { labels }: TrainingData): void {
  if (classes === undefined || labels?.classes === classes) return;
  const got = labels ? `labels of ${String(labels.classes)} classes` : "data without labels";
  throw new RangeError(`train: labels: expected data with labels of ${String(classes)} classes, as the model has, got ${got}`);
}

function optimizerOptions(options: TrainerOptions): OptimizerOptions {
  const { learningRate, warmupSteps, schedule, beta1, beta2, epsilon, weightDecay, clipNorm, emaDecay } = options;
  return { learningRate, warmupSteps, schedule, beta1, beta2, epsilon, weightDecay, clipNorm, emaDecay };
}

interface Compiled {
  readonly executable: Executable;
  /** What every step draws, by name. */
  readonly inputs: Readonly<Record<string, StepInput>>;
  readonly source: BatchSource;
  readonly optimizer: OptimizerConfig;
}

function trainer(compiled: Compiled, initial: TrainingState): Trainer {
  let state = initial;
  return {
    get state() {
      return state;
    },
    threads: compiled.executable.threads ?? 1,
    advance: async (count, total) => {
      if (!Number.isInteger(count) || count < 1 || state.step + count > total) {
        throw new RangeError(
          `advance: expected 1 to ${String(total - state.step)} steps, what is left of ${String(total)}, got ${String(count)}`,
        );
      }
      const results = await compiled.executable.run({
        ...vectors(state),
        ...drawBatches(compiled, state.step, count, total),
      });
      const losses = floats(results, "loss");
      const bad = losses.findIndex((loss) => !Number.isFinite(loss));
      if (bad >= 0) throw new TrainingDivergedError(state.step + bad, losses[bad] ?? NaN, state);
      state = {
        step: state.step + count,
        params: floats(results, "next.params"),
        m: floats(results, "next.m"),
        v: floats(results, "next.v"),
        ema: floats(results, "next.ema"),
      };
      return { step: state.step, losses, gradientNorms: floats(results, "gradientNorm"), state };
    },
    restore: (other) => {
      state = other;
    },
    dispose: () => compiled.executable.dispose(),
  };
}

function vectors({ params, m, v, ema }: TrainingState): Record<string, HostTensor> {
  const vector = (data: Float32Array): HostTensor => hostTensor(data, [data.length]);
  return { params: vector(params), m: vector(m), v: vector(v), ema: vector(ema) };
}

function floats(results: Readonly<Record<string, HostTensor>>, name: string): Float32Array {
  const data = results[name]?.data;
  if (data instanceof Float32Array) return data;
  return Float32Array.from((data ?? []) as ArrayLike<number>, Number);
}

/** The batches and the schedule of `count` steps, each a pure function of key and step number. */
function drawBatches(
  { inputs, source, optimizer }: Compiled,
  first: number,
  count: number,
  total: number,
): Record<string, HostTensor> {
  const scalars = new Float32Array(count * scalarsPerStep);
  for (let i = 0; i < count; i++) {
    stepScalars(first + i, total, optimizer, scalars.subarray(i * scalarsPerStep, (i + 1) * scalarsPerStep));
  }
  return {
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, step]) => [
        name,
        hostTensor(step.draw(source, first, count), [count, ...step.shape], step.dtype),
      ]),
    ),
    scalars: hostTensor(scalars, [count, scalarsPerStep]),
  };
}
