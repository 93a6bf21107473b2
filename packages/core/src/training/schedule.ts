/** @file What changes from step to step: learning rate, Adam's bias corrections, EMA decay. Steps count from 0. */

/** Options of the learning rate. */
export interface ScheduleOptions {
  /** The peak learning rate, above 0. Default 1e-3. */
  readonly learningRate?: number | undefined;
  /** Steps of linear warm-up from 1e-8 to the peak. Default 0. */
  readonly warmupSteps?: number | undefined;
  /** After the warm-up: constant, or linear decay to 1e-8 at the last step (paper, Table 3). Default "constant". */
  readonly schedule?: "constant" | "polynomial" | undefined;
}

const floor = 1e-8;

/**
 * The learning rate of a step.
 *
 * @param step - from 0 to `steps - 1`
 */
export function learningRateAt(
  step: number,
  steps: number,
  { learningRate = 1e-3, warmupSteps = 0, schedule = "constant" }: ScheduleOptions = {},
): number {
  if (step < warmupSteps) return floor + ((learningRate - floor) * (step + 1)) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const rest = Math.max(1, steps - 1 - warmupSteps);
  return learningRate + ((floor - learningRate) * (step - warmupSteps)) / rest;
}

/** The decay of the weight average at a step, min(decay, (1 + n)/(10 + n)): early weights are soon forgotten. */
export function emaDecayAt(step: number, decay: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}
