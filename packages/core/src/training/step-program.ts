import type { Program, Tensor } from "@fluxion/graph";
import { grad, input, scan, scope, trace } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { ParameterSpecs } from "../nn/module.ts";
import type { Objective, StepShape } from "../objectives/index.ts";
import { inputNamed, velocityObjective } from "../objectives/index.ts";
import type { Path } from "../paths/path.ts";
import { withBatch } from "./condition.ts";
import { flatSize, flatten, ofGroup, unflattenGroups } from "./layout.ts";
import { accumulated } from "./micro-batches.ts";
import type { OptimizerConfig, OptimizerState } from "./optimizer.ts";
import { optimizerSteps, scalarsPerStep } from "./optimizer.ts";
import type { StepInput } from "./step-inputs.ts";
import { stepInputs } from "./step-inputs.ts";
import { stateLayout, stateParts } from "./state-layout.ts";
import type { StateName } from "./state-layout.ts";

/** What `stepProgram` needs to know. */
export interface StepProgramOptions {
  readonly model: Model;
  readonly path: Path;
  /** Default: the velocity. */
  readonly objective?: Objective | undefined;
  readonly batch: number;
  /** Equal parts of the batch whose gradients are added up, a divisor of `batch`. Default 1. */
  readonly accumulate?: number | undefined;
  readonly optimizer: OptimizerConfig;
}

/** The outputs of `stepProgram`. */
export type StepOutput = `next.${StateName}` | "loss" | "gradientNorm";

/**
 * Training steps as one program: a scan over the first axis `steps` of its batches. Loss, gradient, clipping, Adam and
 * weight average never leave the runtime within a call.
 *
 * Inputs: the state as `stateLayout` says, vectors `params.0`, `m.0` and so on of each group of parameters; the objective's, such as `x0, x1` `[steps, batch, ...event]` and `t`
 * `[steps, batch]`; the model's, `labels` `[steps, batch]` and masks by name; `scalars` `[steps, 4]`. Outputs: the state after
 * the last step as `next.params.0` and so on, `loss` and `gradientNorm` `[steps]`.
 *
 * @throws RangeError if the objective cannot train on the path, or names an input as one of the state
 */
export function stepProgram({
  model,
  path,
  objective = velocityObjective(),
  batch,
  accumulate = 1,
  optimizer,
}: StepProgramOptions): Program<StepOutput> {
  const { groups, names } = stateLayout(model.parameters);
  const shape: StepShape = { path: objective.pathOf(path), batch: batch / accumulate, event: model.eventShape };
  const stepped = stepInputs({ model, objective, path, batch });
  const drawn = Object.entries(stepped);
  const reserved = [...stateParts, "scalars"];
  const taken = drawn.find(([name]) => reserved.includes(name.split(".")[0] ?? ""))?.[0];
  if (taken !== undefined) {
    throw new RangeError(`objective "${objective.kind}": inputs: expected other names than ${reserved.join(", ")}, got "${taken}"; rename it`);
  }
  const inputs = {
    ...Object.fromEntries(names.map((name, i) => [name, input([flatSize(groups[i % groups.length] ?? {})])])),
    ...Object.fromEntries(drawn.map(([name, { shape, dtype }]) => [name, input(["steps", ...shape], dtype)])),
    scalars: input(["steps", scalarsPerStep]),
  };
  return trace("train", inputs, ({ scalars, ...given }) => {
    const sequences = [scalars, ...drawn.map(([name]) => inputNamed(given, name))];
    const start = names.map((name) => inputNamed(given, name));
    const { carry, ys } = scan({ carry: start, xs: sequences }, (state, [scalar, ...values]) => {
      const batchInputs = Object.fromEntries(drawn.map(([name], i) => [name, values[i]] as [string, Tensor]));
      const [next, loss, norm] = oneStep({ model, groups, objective, optimizer, shape, accumulate, inputs: stepped }, named(state), batchInputs, scalar);
      return { carry: stateParts.flatMap((part) => next.map((s) => s[part])), ys: [loss, norm] };
    });
    const [loss, gradientNorm] = ys;
    const next = names.map((name, i): [`next.${StateName}`, Tensor | undefined] => [`next.${name}`, carry[i]]);
    return { ...(Object.fromEntries(next) as Record<`next.${StateName}`, Tensor>), loss, gradientNorm };
  });
}

interface Step {
  readonly model: Model;
  readonly groups: readonly ParameterSpecs[];
  readonly objective: Objective;
  readonly optimizer: OptimizerConfig;
  /** Of a part of the batch. */
  readonly shape: StepShape;
  readonly accumulate: number;
  readonly inputs: Readonly<Record<string, StepInput>>;
}

function oneStep(
  { model, groups, objective, optimizer, shape, accumulate, inputs }: Step,
  states: readonly OptimizerState<Tensor>[],
  values: Readonly<Record<string, Tensor>>,
  scalars: Tensor | undefined,
): [OptimizerState<Tensor>[], Tensor, Tensor] {
  if (!scalars) throw new Error("internal: a step without its schedule");
  const flat = states.map((state) => state.params);
  const params = unflattenGroups(groups, flat);
  const { loss, gradient } = accumulated(accumulate, inputs, values, flat, (part) => {
    const loss = scope("loss", () => objective.loss({ ...shape, model: withBatch(model, part), params, inputs: part }));
    // With respect to the slices: the gradient of slicing a flat vector would be a sum of padded vectors.
    const gradients = grad(loss, Object.values(params));
    const named = Object.fromEntries(Object.keys(params).map((name, i) => [name, gradients[i]] as [string, Tensor]));
    return { loss, gradient: groups.map((group) => flatten(ofGroup(group, named))) };
  });
  const { states: next, gradientNorm } = scope("adam", () => optimizerSteps(states, gradient, scalars, optimizer));
  return [next, loss, gradientNorm];
}

/** The state of each group, from all parameters, then all first moments and so on. */
function named(carried: readonly Tensor[]): OptimizerState<Tensor>[] {
  const count = carried.length / 4;
  return Array.from({ length: count }, (_, i) => {
    const [params, m, v, ema] = [0, 1, 2, 3].map((part) => carried[part * count + i]);
    if (!params || !m || !v || !ema) throw new Error("internal: an incomplete optimiser state");
    return { params, m, v, ema };
  });
}
