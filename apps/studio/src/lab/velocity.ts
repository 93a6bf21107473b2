/** @file The velocity of a model whose weights are an input: programs outlive every step of training. */
import type { Program, Tensor } from "@fluxion/graph";
import { broadcastTo, input, trace } from "@fluxion/graph";
import type { AffinePath, Field, Model, Prediction } from "fluxion";
import { convert, unflatten } from "fluxion";

/** What a velocity is made of. */
export interface VelocityParts {
  readonly model: Model;
  readonly prediction: Prediction;
  /** Within the interval where the prediction determines a velocity. */
  readonly path: AffinePath;
  /** The number of weights. */
  readonly size: number;
}

function velocity({ model, prediction, path }: VelocityParts, params: Tensor, x: Tensor, t: Tensor): Tensor {
  const value = model.apply(unflatten(model.parameters, params), x, t);
  return convert(path, { value, from: prediction, to: "velocity", x, t });
}

/** dx/dt = v_t(x) (eq 1), the weights `params` `[size]` given beside the state. */
export function velocityField(parts: VelocityParts): Field {
  return {
    state: [parts.model.eventShape],
    extras: { params: [parts.size] },
    derivative: (t, [x], { params }) => (x && params ? [velocity(parts, params, x, broadcastTo(t, [x.shape[0] ?? 1]))] : []),
  };
}

/** `v` `[batch, 2]` at points `x` `[batch, 2]` and times `t` `[batch]`. */
export function velocityProgram(parts: VelocityParts): Program<"v"> {
  const inputs = { params: input([parts.size]), x: input(["batch", ...parts.model.eventShape]), t: input(["batch"]) };
  return trace("velocities", inputs, ({ params, x, t }) => ({ v: velocity(parts, params, x, t) }));
}
