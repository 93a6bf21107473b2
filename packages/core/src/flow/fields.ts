/** @file The right-hand sides that a flow integrates. */
import type { HostTensor, Tensor } from "@fluxion/graph";
import { broadcastTo, constant, divergence, hutchinsonDivergence, neg, reshape, scope } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { ScheduleChange } from "../paths/change-schedule.ts";
import type { Field } from "../solvers/index.ts";
import { changed } from "./changed.ts";

/** The network's velocity at one time for a whole batch, parameters as constants of the program. */
function velocity(model: Model, params: Params<HostTensor>, t: Tensor, x: Tensor): Tensor {
  const weights = Object.fromEntries(
    Object.entries(params).map(([name, { data, shape }]) => [name, constant(data as Float32Array | Float64Array, shape)]),
  );
  const times = broadcastTo(reshape(t, [1]), [x.shape[0] ?? 1]);
  return scope(model.kind, () => model.apply(weights, x, times));
}

/** dx/dt = v_t(x) (eq 1), along another path than the model's where there is a change of schedule. */
export function velocityField(model: Model, params: Params<HostTensor>, change?: ScheduleChange): Field {
  return {
    state: [model.eventShape],
    derivative: (t, [x]) => (x ? [changed(change, (s, at) => velocity(model, params, s, at))(t, x)] : []),
  };
}

/**
 * d[x, f]/dt = [v, −div v] (eqs 28–30), exactly, or by Hutchinson's estimate with probes held fixed (eq 34).
 *
 * @param probes - the number of probes, or undefined for the exact divergence
 */
export function densityField(
  model: Model,
  params: Params<HostTensor>,
  probes: number | undefined,
  change?: ScheduleChange,
): Field {
  return {
    state: [model.eventShape, []],
    extras: probes === undefined ? {} : { probes: [probes, "batch", ...model.eventShape] },
    derivative: (t, [x], extras) => {
      if (!x) return [];
      const v = changed(change, (s, at) => velocity(model, params, s, at))(t, x);
      const z = extras["probes"];
      return [v, neg(z && probes !== undefined ? hutchinsonDivergence(v, x, z) : divergence(v, x))];
    },
  };
}
