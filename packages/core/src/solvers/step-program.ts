/**
 * @file One step program for every explicit Runge–Kutta method: the tableau is its input, not its code. Stages run as a
 * scan, so the network stands in the program once.
 */
import type { InputSpec, Program, Tensor } from "@fluxion/graph";
import {
  abs,
  add,
  constant,
  div,
  expandDims,
  input,
  matmul,
  maximum,
  mul,
  reshape,
  scan,
  square,
  sum,
  trace,
  zeros,
} from "@fluxion/graph";
import type { Field } from "./field.ts";

/** The stages of one step as rows: weights of earlier stages `[rows, stages]`, slots `[rows, stages]`, times `[rows]`. */
interface Rows {
  readonly a: Tensor;
  readonly slots: Tensor;
  readonly times: Tensor;
}

const inputsOf = (field: Field): Record<string, InputSpec> => ({
  ...Object.fromEntries(field.state.map((shape, i) => [`y${String(i)}`, input(["batch", ...shape])])),
  ...Object.fromEntries(Object.entries(field.extras ?? {}).map(([name, shape]) => [name, input(shape)])),
});

const pick = (inputs: Readonly<Record<string, Tensor>>, names: readonly string[]): Tensor[] =>
  names.map((name) => {
    const tensor = inputs[name];
    if (!tensor) throw new Error(`internal: no input ${name}`);
    return tensor;
  });

const named = (prefix: string, tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [`${prefix}${String(i)}`, tensor]));

const indexed = (prefix: string, field: Field): string[] => field.state.map((_, i) => `${prefix}${String(i)}`);

/** The field alone: `t` `[]` and `y*` to `k*`. */
export function fieldProgram(field: Field): Program {
  return trace("field", { ...inputsOf(field), t: input([]) }, (inputs) => {
    const [t] = pick(inputs, ["t"]);
    return named("k", field.derivative(t ?? constant(0), pick(inputs, indexed("y", field)), inputs));
  });
}

/** Σ_j weights[j] · stages[j]: `[stages]` and `[stages, batch, ...]` to `[batch, ...]`. */
function combine(weights: Tensor, stages: Tensor): Tensor {
  const flat = reshape(stages, [stages.shape[0] ?? 1, -1]);
  return reshape(matmul(expandDims(weights, 0), flat), stages.shape.slice(1));
}

/** Evaluates stages one after the other, each at y + h Σ a_j k_j, into their slots of the stage buffers. */
function runStages(
  field: Field,
  y: readonly Tensor[],
  h: Tensor,
  buffers: readonly Tensor[],
  rows: Rows,
  extras: Readonly<Record<string, Tensor>>,
): Tensor[] {
  const { carry } = scan({ carry: buffers, xs: [rows.a, rows.slots, rows.times] }, (ks, row) => {
    const [a, slot, t] = row;
    if (!a || !slot || !t) throw new Error("internal: a stage without its row");
    const at = y.map((value, i) => add(value, mul(combine(a, ks[i] ?? value), h)));
    const derivatives = field.derivative(t, at, extras);
    const place = (k: Tensor): Tensor => mul(reshape(slot, [-1, ...k.shape.map(() => 1)]), expandDims(k, 0));
    return { carry: ks.map((buffer, i) => add(buffer, place(derivatives[i] ?? buffer))), ys: [] };
  });
  return carry;
}

const stageInputs = (rows: number, stages: number): Record<string, InputSpec> => ({
  a: input([rows, stages]),
  slots: input([rows, stages]),
  b: input([stages]),
});

/**
 * A step with error estimate, whose first stage is given, so that it is reused after a rejection or from the step before.
 *
 * Inputs: state `y*`, first stage `k*`, step `h`, tableau `a, slots, b, bError`, stage `times`, `tolerances` [atol, rtol].
 * Outputs: `next*`, the last stage `last*`, and `error*`, per state tensor the sum of (error/(atol + rtol max(|y|, |next|)))².
 */
export function adaptiveStepProgram(field: Field, stages: number): Program {
  const inputs = {
    ...inputsOf(field),
    ...Object.fromEntries(field.state.map((shape, i) => [`k${String(i)}`, input(["batch", ...shape])])),
    ...stageInputs(stages - 1, stages),
    bError: input([stages]),
    times: input([stages - 1]),
    h: input([]),
    atol: input([]),
    rtol: input([]),
  };
  return trace("adaptive_step", inputs, (given) => {
    const y = pick(given, indexed("y", field));
    const [a, slots, b, bError, times, h, atol, rtol] = pick(given, ["a", "slots", "b", "bError", "times", "h", "atol", "rtol"]);
    if (!a || !slots || !b || !bError || !times || !h || !atol || !rtol) throw new Error("internal: missing inputs");
    const first = constant(Float64Array.from({ length: stages }, (_, i) => Number(i === 0)), [stages]);
    const buffers = pick(given, indexed("k", field)).map((k) =>
      mul(reshape(first, [stages, ...k.shape.map(() => 1)]), expandDims(k, 0)),
    );
    const ks = runStages(field, y, h, buffers, { a, slots, times }, given);
    const next = y.map((value, i) => add(value, mul(combine(b, ks[i] ?? value), h)));
    const last = constant(Float64Array.from({ length: stages }, (_, i) => Number(i === stages - 1)), [stages]);
    const errors = y.map((value, i) => {
      const scale = add(mul(maximum(abs(value), abs(next[i] ?? value)), rtol), atol);
      return sum(square(div(mul(combine(bError, ks[i] ?? value), h), scale)));
    });
    return {
      ...named("next", next),
      ...named("last", ks.map((k) => combine(last, k))),
      ...named("error", errors),
    };
  });
}

/**
 * A whole fixed grid in one call: a scan over steps around the scan over stages.
 *
 * Inputs: state `y*`, tableau `a, slots, b` with one row per stage, `h` `[steps]` and stage `times` `[steps, stages]`.
 * Outputs: `next*`, the state at the end.
 */
export function fixedGridProgram(field: Field, stages: number): Program {
  const inputs = {
    ...inputsOf(field),
    ...stageInputs(stages, stages),
    h: input(["steps"]),
    times: input(["steps", stages]),
  };
  return trace("fixed_grid", inputs, (given) => {
    const [a, slots, b, h, times] = pick(given, ["a", "slots", "b", "h", "times"]);
    if (!a || !slots || !b || !h || !times) throw new Error("internal: missing inputs");
    const { carry } = scan({ carry: pick(given, indexed("y", field)), xs: [h, times] }, (y, [step, at]) => {
      if (!step || !at) throw new Error("internal: a grid without steps");
      const buffers = y.map((value) => zeros([stages, ...value.shape]));
      const ks = runStages(field, y, step, buffers, { a, slots, times: at }, given);
      return { carry: y.map((value, i) => add(value, mul(combine(b, ks[i] ?? value), step))), ys: [] };
    });
    return named("next", carry);
  });
}
