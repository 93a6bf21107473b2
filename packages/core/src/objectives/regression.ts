/** @file What all regressions share: noise, data and times are drawn, and the weighted error of the prediction is squared. */
import type { Tensor } from "@fluxion/graph";
import { abs, add, mean, mul, sqrt, square, sub } from "@fluxion/graph";
import type { Path, Schedule } from "../paths/path.ts";
import { timesOf } from "../paths/times.ts";
import { dataInput, noiseInput, timeInput } from "./batch.ts";
import { affine, errorGain, predictions } from "./conversions.ts";
import type { Prediction } from "./conversions.ts";
import { predictionFactors, regularInterval, withInterval } from "./intervals.ts";
import type { Objective } from "./objective.ts";
import { inputNamed } from "./objective.ts";
import { checkOptions } from "./options.ts";
import { timesFromConfig } from "./times/registry.ts";
import type { TimesName } from "./times/registry.ts";
import type { TimeSampler } from "./times/time-sampler.ts";
import { weightFromConfig } from "./weights/registry.ts";
import type { WeightName } from "./weights/registry.ts";
import type { Weight } from "./weights/weight.ts";
import { weightOf } from "./weights/weight.ts";

/** Options of every regression. */
export interface RegressionOptions {
  /**
   * What the network predicts. Default: what the objective measures the error of. Another choice is converted: the same
   * loss, with another network.
   */
  readonly prediction?: Prediction | undefined;
  /** How times are distributed: a name, or a sampler with options of its own. Default "uniform". */
  readonly times?: TimesName | TimeSampler | undefined;
  /** A further factor on the squared error: a name, a weight with options of its own, or your function of t. Default none. */
  readonly weight?: WeightName | Weight | ((t: Tensor) => Tensor) | undefined;
}

/** What tells one regression from another. */
export interface RegressionKind {
  readonly kind: string;
  /** What the network predicts unless told otherwise. */
  readonly usual: Prediction;
  /** Whose squared error is the loss. A score's error is that of the noise over σ, so scores are named by "noise" here. */
  readonly error: Exclude<Prediction, "score">;
  /** The weight λ of that error, `[batch]`. Default 1. */
  readonly lambda?: (schedule: Schedule) => Tensor;
}

/** The names of the options, for registries. */
export const regressionOptions = ["prediction", "times", "weight"] as const;

/**
 * Makes an objective that regresses: E λ(t) w(t) ‖prediction − truth‖², the mean over the batch and over the coordinates of
 * an example, so that it does not grow with the dimension.
 *
 * @throws RangeError for an unknown prediction, times or weight
 */
export function regression({ kind, usual, error, lambda }: RegressionKind, options: RegressionOptions = {}): Objective {
  checkOptions(kind, options, regressionOptions);
  const prediction = checkPrediction(kind, options.prediction ?? usual);
  const times = timesOption(options.times);
  const weight = weightOption(options.weight);
  const own = prediction === "score" ? "noise" : prediction;

  /** All factors on the squared error of the network, each `[batch]`. */
  const weightsAt = (path: Path, t: Tensor): Tensor[] => {
    const schedule = (): Schedule => affine(`objective "${kind}" with weight "${weight?.kind ?? "none"}"`, path).schedule(t);
    const gain = own === error ? undefined : errorGain(schedule(), own, error);
    return [
      ...(gain === undefined ? [] : [square(gain)]),
      ...(lambda === undefined ? [] : [lambda(schedule())]),
      ...(weight === undefined ? [] : [weight.at({ t, schedule, target: error })]),
    ];
  };

  return {
    kind,
    prediction,
    evaluations: 1,
    config: { kind, prediction, times: times.config, ...(weight && { weight: weight.config }) },
    pathOf: (path) => {
      const plain = error === "velocity" && lambda === undefined && weight === undefined;
      if (prediction === "velocity" && (plain || !("schedule" in path))) return path;
      const known = affine(`objective "${kind}" with prediction "${prediction}"`, path);
      const interval = regularInterval(known, (schedule, t) => [
        ...predictionFactors(prediction)(schedule),
        ...weightsAt(known, t).map((factor) => sqrt(abs(factor))),
      ]);
      return withInterval(known, interval);
    },
    inputs: ({ path, batch, event }) => ({
      x0: noiseInput(batch, event),
      x1: dataInput(batch, event),
      t: timeInput(batch, times, path.interval),
    }),
    loss: ({ model, params, path, inputs }) => {
      const [x0, x1, t] = [inputNamed(inputs, "x0"), inputNamed(inputs, "x1"), inputNamed(inputs, "t")];
      const { xt, velocity } = path.sample(x0, x1, t);
      const truth = { velocity, noise: x0, x1 };
      const output = model.apply(params, xt, t);
      const errors =
        prediction === "score" ? scaledScoreError(affine(kind, path).sigma(t), output, x0, t) : sub(output, truth[prediction]);
      const factors = weightsAt(path, t);
      if (factors.length === 0) return mean(square(errors));
      const perExample = mean(square(errors), { axes: errors.shape.slice(1).map((_, i) => i + 1) });
      return mean(factors.reduce((product, factor) => mul(product, factor), perExample));
    },
  };
}

/** σ (s − ∇ log p_t(x|x1)) = σ s + x0, finite where σ is small. */
function scaledScoreError(sigma: Tensor, score: Tensor, x0: Tensor, t: Tensor): Tensor {
  return add(mul(timesOf(score, t)(sigma), score), x0);
}

function checkPrediction(kind: string, prediction: unknown): Prediction {
  const found = predictions.find((name) => name === prediction);
  if (found !== undefined) return found;
  throw new RangeError(`objective "${kind}": prediction: expected one of ${predictions.join(", ")}, got ${JSON.stringify(prediction)}`);
}

function timesOption(times: RegressionOptions["times"] = "uniform"): TimeSampler {
  return typeof times === "string" ? timesFromConfig({ kind: times }) : times;
}

function weightOption(weight: RegressionOptions["weight"]): Weight | undefined {
  if (typeof weight === "string") return weightFromConfig({ kind: weight });
  return typeof weight === "function" ? weightOf(weight) : weight;
}
