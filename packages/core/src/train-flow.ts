import { createFlow } from "./flow/index.ts";
import type { Flow } from "./flow/index.ts";
import { velocityObjective } from "./objectives/index.ts";
import { createTrainer, unflattenValues } from "./training/index.ts";
import type { ChunkReport, TrainerOptions } from "./training/index.ts";

/** Options of `trainFlow`. */
export interface TrainFlowOptions extends TrainerOptions {
  /** Optimiser steps, from 1. */
  readonly steps: number;
  /** Steps per call of the runtime, from 1; results do not depend on it. Default 100. */
  readonly chunk?: number | undefined;
  /** Called after every chunk. */
  readonly onProgress?: ((report: ChunkReport) => void) | undefined;
  /** Stops between chunks; the flow is then that of the steps done. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a flow from start to end. For checkpoints and resuming, drive `createTrainer` yourself.
 *
 * @throws RangeError for options out of range; TrainingDivergedError if a loss is not finite
 */
export async function trainFlow({ steps, chunk = 100, onProgress, signal, ...options }: TrainFlowOptions): Promise<Flow> {
  for (const [name, value] of Object.entries({ steps, chunk })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`trainFlow: ${name}: expected a whole number from 1, got ${String(value)}`);
    }
  }
  const trainer = await createTrainer(options);
  try {
    while (trainer.step < steps && signal?.aborted !== true) {
      const report = await trainer.advance(Math.min(chunk, steps - trainer.step), steps);
      onProgress?.(report);
    }
    const { runtime, model, objective = velocityObjective(), data, threads } = options;
    const path = objective.pathOf(options.path);
    const params = unflattenValues(model.parameters, (await trainer.read()).ema);
    return createFlow({ runtime, model, path, prediction: objective.prediction, params, transform: data.transform, threads });
  } finally {
    await trainer.dispose();
  }
}
