/** @file Adam and AdamW on one flat vector, with clipping by the global norm and an average of the weights. */
import type { Tensor } from "@fluxion/graph";
import { add, div, minimum, mul, slice, sqrt, square, squeeze, sub, sum } from "@fluxion/graph";
import type { ScheduleOptions } from "./schedule.ts";
import { emaDecayAt, learningRateAt } from "./schedule.ts";

/** Options of the optimiser. */
export interface OptimizerOptions extends ScheduleOptions {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number | undefined;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Decoupled weight decay (AdamW), from 0. Default 0: Adam. */
  readonly weightDecay?: number | undefined;
  /** Gradients with a larger global norm are scaled down to it. Default 1; `Infinity` switches it off. */
  readonly clipNorm?: number | undefined;
  /** Decay of the average of the weights, in [0, 1), after a warm-up. Default 0.999. */
  readonly emaDecay?: number | undefined;
}

/** The options with defaults filled in. */
export type OptimizerConfig = { readonly [K in keyof OptimizerOptions]-?: Exclude<OptimizerOptions[K], undefined> };

/**
 * Checks the options and fills in the defaults.
 *
 * @throws RangeError naming the option
 */
export function resolveOptimizer(options: OptimizerOptions = {}): OptimizerConfig {
  const defaults: OptimizerConfig = {
    learningRate: 1e-3,
    warmupSteps: 0,
    schedule: "constant",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 1,
    emaDecay: 0.999,
  };
  for (const key of Object.keys(options)) {
    if (!(key in defaults)) {
      throw new RangeError(`optimizer: unknown option "${key}"; known are ${Object.keys(defaults).join(", ")}`);
    }
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const config: OptimizerConfig = { ...defaults, ...given };
  const check = (name: keyof OptimizerConfig, ok: boolean, expected: string): void => {
    if (!ok) throw new RangeError(`optimizer: ${name}: expected ${expected}, got ${String(config[name])}`);
  };
  check("learningRate", config.learningRate > 0 && Number.isFinite(config.learningRate), "a number above 0");
  check("warmupSteps", Number.isInteger(config.warmupSteps) && config.warmupSteps >= 0, "a whole number from 0");
  check("schedule", ["constant", "polynomial"].includes(config.schedule), '"constant" or "polynomial"');
  for (const name of ["beta1", "beta2", "emaDecay"] as const) {
    check(name, config[name] >= 0 && config[name] < 1, "a number in [0, 1)");
  }
  check("epsilon", config.epsilon > 0, "a number above 0");
  check("weightDecay", config.weightDecay >= 0 && Number.isFinite(config.weightDecay), "a number from 0");
  check("clipNorm", config.clipNorm > 0, "a number above 0, or Infinity");
  return config;
}

/** What the optimiser carries: flat vectors `[parameters]`. */
export interface OptimizerState<T> {
  readonly params: T;
  /** Σ β1^(n−i) g_i, Adam's first moment over (1 − β1): its scale is folded into the step size. */
  readonly m: T;
  /** Σ β2^(n−i) g_i², Adam's second moment over (1 − β2). */
  readonly v: T;
  readonly ema: T;
}

/** The numbers of one step that the host computes in float64. */
export const scalarsPerStep = 4;

/** Fills `out` with the scalars of a step. */
export function stepScalars(step: number, steps: number, config: OptimizerConfig, out: Float32Array): void {
  const { beta1, beta2, epsilon, weightDecay } = config;
  const rate = learningRateAt(step, steps, config);
  // Adam's step is η m̂/(√v̂ + ε) with m̂ = (1−β1) m/(1−β1ⁿ), v̂ = (1−β2) v/(1−β2ⁿ); dividing through by the root
  // of v's scale leaves a · m/(√v + ε').
  const first = (1 - beta1) / (1 - beta1 ** (step + 1));
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
  out[0] = (rate * first) / second;
  out[1] = epsilon / second;
  out[2] = 1 - rate * weightDecay;
  out[3] = 1 - emaDecayAt(step, config.emaDecay);
}

/**
 * One step of Adam over parameters in one vector: see `optimizerSteps`.
 *
 * @param gradient - `[parameters]`
 * @returns the next state, and the norm of the gradient before clipping
 */
export function optimizerStep(
  state: OptimizerState<Tensor>,
  gradient: Tensor,
  scalars: Tensor,
  config: OptimizerConfig,
): { readonly state: OptimizerState<Tensor>; readonly gradientNorm: Tensor } {
  const { states, gradientNorm } = optimizerSteps([state], [gradient], scalars, config);
  return { state: states[0] ?? state, gradientNorm };
}

/**
 * One step of Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
 *
 * @param states - of each group of parameters
 * @param gradients - of each group, `[parameters]`
 * @param scalars - `[4]`, from `stepScalars`
 * @returns the next states, and the norm of the whole gradient before clipping
 */
export function optimizerSteps(
  states: readonly OptimizerState<Tensor>[],
  gradients: readonly Tensor[],
  scalars: Tensor,
  config: OptimizerConfig,
): { readonly states: OptimizerState<Tensor>[]; readonly gradientNorm: Tensor } {
  const scalar = (i: number): Tensor => squeeze(slice(scalars, 0, i, i + 1), 0);
  const gradientNorm = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
  const { clipNorm, beta1, beta2, weightDecay } = config;
  const clip = clipNorm === Infinity ? 1 : minimum(div(clipNorm, gradientNorm), 1);
  const next = states.map((state, i) => {
    const g = mul(gradients[i] ?? state.m, clip);
    const m = add(mul(state.m, beta1), g);
    const v = add(mul(state.v, beta2), square(g));
    const update = mul(div(m, add(sqrt(v), scalar(1))), scalar(0));
    const decayed = weightDecay === 0 ? state.params : mul(state.params, scalar(2));
    const params = sub(decayed, update);
    const ema = add(state.ema, mul(sub(params, state.ema), scalar(3)));
    return { params, m, v, ema };
  });
  return { states: next, gradientNorm };
}
