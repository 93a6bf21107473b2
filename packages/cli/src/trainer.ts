/** @file From the options of a run to its trainer. */
import type { Runtime } from "@fluxion/graph";
import { createTrainer, Key, objectiveFromConfig } from "fluxion";
import type { Model, Objective, Path, Trainer, TrainingState } from "fluxion";
import type { TrainOptions } from "./options.ts";
import type { Task } from "./task.ts";

/** What a trainer is made of. */
export interface TrainerParts {
  readonly runtime: Runtime;
  readonly options: TrainOptions;
  readonly task: Task;
  readonly model: Model;
  readonly path: Path;
  readonly objective: Objective;
  readonly state?: TrainingState | undefined;
}

interface Pace {
  /** Examples per step. */
  readonly batch: number;
  /** The peak. */
  readonly learningRate: number;
}

const paces: Readonly<Record<string, Pace>> = {
  mlp: { batch: 256, learningRate: 5e-3 },
  // Small batches and long steps learn fastest where minutes are counted.
  unet: { batch: 32, learningRate: 3e-3 },
};

/** The pace of a model where the user names none. */
export const usualPace = ({ kind }: Model): Pace => paces[kind] ?? { batch: 64, learningRate: 1e-3 };

/** Examples per step. */
export const batchOf = ({ batch }: TrainOptions, model: Model): number => batch ?? usualPace(model).batch;

/** Steps that one call does: about a quarter of a second. */
export const stepsPerCall = (stepMs: number): number => Math.max(1, Math.min(500, Math.round(250 / stepMs)));

/**
 * The objective that options ask for.
 *
 * @throws Error for options that are for another objective, other times or another weight
 */
export function objectiveOf(options: TrainOptions): Objective {
  const { objective, prediction, times, timesMean, timesStd, timesScale, weight, snrGamma, sigmaData } = options;
  const { likelihoodSolver, likelihoodSteps, divergence, kinetic, jacobian } = options;
  const only = (keys: readonly (keyof TrainOptions)[], fits: boolean, where: string): void => {
    const stray = keys.filter((key) => options[key] !== undefined);
    if (!fits && stray.length > 0) throw new Error(`${stray.join(", ")}: expected only with ${where}; leave it out`);
  };
  only(["timesMean", "timesStd"], times === "logit-normal" || times === "edm", `--times logit-normal or edm, got --times ${times}`);
  only(["timesScale"], times === "mode", `--times mode, got --times ${times}`);
  only(["snrGamma"], weight === "min-snr", `--weight min-snr, got --weight ${weight}`);
  only(["sigmaData"], weight === "edm", `--weight edm, got --weight ${weight}`);
  if (objective === "restoration") return restorationOf(options, only);
  if (objective === "likelihood") {
    only(["prediction"], false, "other objectives, got --objective likelihood, whose network predicts the velocity");
    if (times !== "uniform" || weight !== "none") {
      throw new Error("times, weight: expected only with other objectives, got --objective likelihood, which draws no times; leave them out");
    }
    return objectiveFromConfig({ kind: objective, ...given({ solver: likelihoodSolver, steps: likelihoodSteps, divergence, kinetic, jacobian }) });
  }
  only(["likelihoodSolver", "likelihoodSteps", "divergence", "kinetic", "jacobian"], false, `--objective likelihood, got --objective ${objective}`);
  return objectiveFromConfig({
    kind: objective,
    ...given({ prediction }),
    times: { kind: times, ...given({ mean: timesMean, std: timesStd, scale: timesScale }) },
    ...(weight !== "none" && { weight: { kind: weight, ...given({ gamma: snrGamma, sigmaData }) } }),
  });
}

/** The regression baseline of super-resolution, which has no options. */
function restorationOf(
  options: TrainOptions,
  only: (keys: readonly (keyof TrainOptions)[], fits: boolean, where: string) => void,
): Objective {
  only(["prediction", "likelihoodSolver", "likelihoodSteps", "divergence", "kinetic", "jacobian"], false, "other objectives, got --objective restoration");
  if (options.times !== "uniform" || options.weight !== "none") {
    throw new Error("times, weight: expected only with other objectives, got --objective restoration, which draws no times; leave them out");
  }
  if (options.superResolution === undefined) {
    throw new Error("objective: expected restoration with --super-resolution, got it without; say how much smaller the given images are");
  }
  return objectiveFromConfig({ kind: "restoration" });
}

/** What is defined of a record. */
const given = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Compiles the training steps of a run. */
export function makeTrainer({ runtime, options, task, model, path, objective, state }: TrainerParts): Promise<Trainer> {
  return createTrainer({
    runtime,
    model,
    path,
    objective,
    data: task.training,
    key: Key.from(options.seed).child("training"),
    batchSize: batchOf(options, model),
    accumulate: options.accumulate,
    labelDropout: options.labelDropout,
    learningRate: options.learningRate ?? usualPace(model).learningRate,
    warmupSteps: options.warmup,
    schedule: options.schedule,
    weightDecay: options.weightDecay,
    clipNorm: options.clip,
    emaDecay: options.ema,
    threads: options.threads,
    state,
  });
}

/** A schedule that no measurement comes to the end of. */
export const manySteps = 1e9;

/** The milliseconds of one step, from calls of growing length over at least `leastMs`; the steps are undone. */
export async function measureStepMs(trainer: Trainer, leastMs: number): Promise<number> {
  const before = await trainer.read();
  const started = performance.now();
  let stepMs = Infinity;
  for (let count = 1; performance.now() - started < leastMs; ) {
    const begin = performance.now();
    await trainer.advance(count, manySteps);
    stepMs = Math.min(stepMs, (performance.now() - begin) / count);
    count = Math.max(1, Math.min(2 * count, Math.round(250 / stepMs)));
  }
  trainer.restore(before);
  return stepMs;
}
