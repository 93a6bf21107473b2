import type { Program, Tensor } from "@fluxion/graph";
import { grad, input, scan, scope, trace } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import { flowMatchingLoss } from "../objectives/flow-matching.ts";
import type { Path } from "../paths/path.ts";
import { flatSize, flatten, unflatten } from "./layout.ts";
import type { OptimizerConfig, OptimizerState } from "./optimizer.ts";
import { optimizerStep, scalarsPerStep } from "./optimizer.ts";

/** What `stepProgram` needs to know. */
export interface StepProgramOptions {
  readonly model: Model;
  readonly path: Path;
  readonly batch: number;
  readonly optimizer: OptimizerConfig;
}

/**
 * Training steps as one program: a scan over the first axis `steps` of its batches. Loss, gradient, clipping, Adam and
 * weight average never leave the runtime within a call.
 *
 * Inputs: the state `params, m, v, ema` `[parameters]`; `x0, x1` `[steps, batch, ...event]`; `t` `[steps, batch]`;
 * `scalars` `[steps, 4]`. Outputs: the state after the last step as `next.*`, `loss` and `gradientNorm` `[steps]`.
 */
export function stepProgram({ model, path, batch, optimizer }: StepProgramOptions): Program {
  const size = flatSize(model.parameters);
  const event = ["steps", batch, ...model.eventShape];
  const inputs = {
    params: input([size]),
    m: input([size]),
    v: input([size]),
    ema: input([size]),
    x0: input(event),
    x1: input(event),
    t: input(["steps", batch]),
    scalars: input(["steps", scalarsPerStep]),
  };
  return trace("train", inputs, ({ params, m, v, ema, x0, x1, t, scalars }) => {
    const { carry, ys } = scan({ carry: [params, m, v, ema], xs: [x0, x1, t, scalars] }, (state, xs) => {
      const [next, loss, norm] = oneStep({ model, path, batch, optimizer }, named(state), xs);
      return { carry: [next.params, next.m, next.v, next.ema], ys: [loss, norm] };
    });
    const next = named(carry);
    const [loss, gradientNorm] = ys;
    return {
      "next.params": next.params,
      "next.m": next.m,
      "next.v": next.v,
      "next.ema": next.ema,
      loss,
      gradientNorm,
    };
  });
}

function oneStep(
  { model, path, optimizer }: StepProgramOptions,
  state: OptimizerState<Tensor>,
  [x0, x1, t, scalars]: readonly Tensor[],
): [OptimizerState<Tensor>, Tensor, Tensor] {
  if (!x0 || !x1 || !t || !scalars) throw new Error("internal: a step without its batch");
  const params = unflatten(model.parameters, state.params);
  const loss = scope("loss", () => flowMatchingLoss(model, params, path, { x0, x1, t }));
  // With respect to the slices: the gradient of slicing the flat vector would be a sum of padded vectors.
  const gradient = flatten(grad(loss, Object.values(params)));
  const { state: next, gradientNorm } = scope("adam", () => optimizerStep(state, gradient, scalars, optimizer));
  return [next, loss, gradientNorm];
}

function named([params, m, v, ema]: readonly Tensor[]): OptimizerState<Tensor> {
  if (!params || !m || !v || !ema) throw new Error("internal: an incomplete optimiser state");
  return { params, m, v, ema };
}
