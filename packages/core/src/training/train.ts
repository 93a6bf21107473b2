import type { HostTensor, Runtime } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { BatchSource, Objective } from "../objectives/index.ts";
import { velocityObjective } from "../objectives/index.ts";
import type { Path } from "../paths/path.ts";
import type { Key } from "../random/key.ts";
import type { TrainingData } from "../data/training-data.ts";
import { fedAgain } from "./held-state.ts";
import type { OptimizerConfig, OptimizerOptions } from "./optimizer.ts";
import { resolveOptimizer, scalarsPerStep, stepScalars } from "./optimizer.ts";
import type { TrainingState } from "./state.ts";
import { initialState } from "./state.ts";
import type { StepInput } from "./step-inputs.ts";
import { stepInputs } from "./step-inputs.ts";
import { stateLayout } from "./state-layout.ts";
import { stepProgram } from "./step-program.ts";
import { stepTrainer } from "./trainer.ts";
import type { Trainer } from "./trainer.ts";

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
  const layout = stateLayout(model.parameters);
  const executable = await runtime.compile(program, { threads, resident: fedAgain(layout) });
  const drawing = { inputs, source: { key, data }, optimizer };
  return stepTrainer(executable, layout, (first, count, total) => drawBatches(drawing, first, count, total), state ?? initialState(model, key));
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

interface Drawing {
  /** What every step draws, by name. */
  readonly inputs: Readonly<Record<string, StepInput>>;
  readonly source: BatchSource;
  readonly optimizer: OptimizerConfig;
}

/** The batches and the schedule of `count` steps, each a pure function of key and step number. */
function drawBatches(
  { inputs, source, optimizer }: Drawing,
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
