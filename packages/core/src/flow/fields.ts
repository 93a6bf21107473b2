/** @file The right-hand sides that a flow integrates. */
import type { HostTensor, Tensor } from "@fluxion/graph";
import { add, cast, constant, divergence, hutchinsonDivergence, mul, neg, reshape, scope } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { Prediction } from "../objectives/index.ts";
import { affine, conversion } from "../objectives/index.ts";
import type { ScheduleChange } from "../paths/change-schedule.ts";
import type { Path } from "../paths/path.ts";
import type { Field } from "../solvers/index.ts";
import { changed } from "./changed.ts";
import type { VelocityAt } from "./changed.ts";
import type { Precision } from "./precision.ts";
import { conditioned, conditioningExtras } from "./conditioning.ts";

/** What a field is made of. */
export interface FieldParts {
  readonly model: Model;
  readonly params: Params<HostTensor>;
  /** That the model was trained on. */
  readonly path: Path;
  /** What the model predicts. */
  readonly prediction: Prediction;
  readonly change?: ScheduleChange | undefined;
  /** What the network is evaluated in. Default "float32". */
  readonly precision?: Precision | undefined;
  /** Whether predictions with and without class are combined. Default false. */
  readonly guided?: boolean | undefined;
}

/**
 * The network's velocity at one time for a whole batch, parameters as constants of the program. In half precision these
 * and the activations are: the time, the prediction and what is made of it are float32.
 */
function velocity(
  { model, params, path, prediction, precision = "float32" }: FieldParts,
  t: Tensor,
  x: Tensor,
  extras: Readonly<Record<string, Tensor>>,
): Tensor {
  const weights = Object.fromEntries(
    Object.entries(params).map(([name, { data, shape }]) => [name, constant(data as Float32Array | Float64Array, shape, precision)]),
  );
  // Velocities are affine in predictions, so that to guide these is to guide those.
  const predicted = conditioned(
    model,
    (y, times, { labels, lowResolution }) => {
      const condition = { labels, lowResolution: lowResolution && cast(lowResolution, precision) };
      return cast(scope(model.kind, () => model.apply(weights, cast(y, precision), times, condition)), "float32");
    },
    t,
    x,
    extras,
  );
  if (prediction === "velocity") return predicted;
  // One time for all examples: the coefficients are numbers.
  const { onX, onValue } = conversion(affine("createFlow", path).schedule(reshape(t, [1])), prediction, "velocity");
  const scaled = mul(reshape(onValue, []), predicted);
  return onX === undefined ? scaled : add(mul(reshape(onX, []), x), scaled);
}

const velocityOf = (parts: FieldParts, extras: Readonly<Record<string, Tensor>>): VelocityAt =>
  changed(parts.change, (t, x) => velocity(parts, t, x, extras));

/** dx/dt = v_t(x) (eq 1), along another path than the model's where there is a change of schedule. */
export function velocityField(parts: FieldParts): Field {
  return {
    state: [parts.model.eventShape],
    extras: conditioningExtras(parts.model, parts.guided === true),
    derivative: (t, [x], extras) => (x ? [velocityOf(parts, extras)(t, x)] : []),
  };
}

/**
 * d[x, f]/dt = [v, −div v] (eqs 28–30), exactly, or by Hutchinson's estimate with probes held fixed (eq 34).
 *
 * @param probes - the number of probes, or undefined for the exact divergence
 */
export function densityField(parts: FieldParts, probes: number | undefined): Field {
  const { eventShape } = parts.model;
  return {
    state: [eventShape, []],
    extras: {
      ...conditioningExtras(parts.model, parts.guided === true),
      ...(probes !== undefined && { probes: [probes, "batch", ...eventShape] }),
    },
    derivative: (t, [x], extras) => {
      if (!x) return [];
      const v = velocityOf(parts, extras)(t, x);
      const z = extras["probes"];
      return [v, neg(z && probes !== undefined ? hutchinsonDivergence(v, x, z) : divergence(v, x))];
    },
  };
}
