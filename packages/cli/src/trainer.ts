/** @file From the options of a run to its trainer. */
import type { Runtime } from "@fluxion/graph";
import { createTrainer, Key } from "fluxion";
import type { Model, Path, Trainer, TrainingState } from "fluxion";
import type { TrainOptions } from "./options.ts";
import type { Task } from "./task.ts";

/** What a trainer is made of. */
export interface TrainerParts {
  readonly runtime: Runtime;
  readonly options: TrainOptions;
  readonly task: Task;
  readonly model: Model;
  readonly path: Path;
  readonly state?: TrainingState | undefined;
}

/** Examples per step. */
export const batchOf = ({ batch }: TrainOptions, model: Model): number => batch ?? (model.eventShape.length === 1 ? 256 : 64);

/** Steps that one call does: about a quarter of a second. */
export const stepsPerCall = (stepMs: number): number => Math.max(1, Math.min(500, Math.round(250 / stepMs)));

/** Compiles the training steps of a run. */
export function makeTrainer({ runtime, options, task, model, path, state }: TrainerParts): Promise<Trainer> {
  return createTrainer({
    runtime,
    model,
    path,
    data: task.training,
    key: Key.from(options.seed).child("training"),
    batchSize: batchOf(options, model),
    learningRate: options.learningRate ?? (model.eventShape.length === 1 ? 5e-3 : 1e-3),
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
  const before = trainer.state;
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
