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
  input,
  matmul,
  maximum,
  mul,
  reshape,
  scan,
  slice,
  square,
  sum,
  trace,
  zeros,
} from "@fluxion/graph";
import type { Field } from "./field.ts";

/** The last stages of one step as rows: weights of earlier stages `[rows, stages]`, times `[rows]`. */
interface Rows {
  readonly a: Tensor;
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

/** A tensor as one row `[1, size]`: sums of stages are products with matrices of such rows. */
const rowOf = (x: Tensor): Tensor => reshape(x, [1, -1]);

/** y + Σ_j weights[j] · stages[j], for `[1, stages]` and `[stages, size]`: a tensor like y. */
function advance(y: Tensor, weights: Tensor, stages: Tensor): Tensor {
  return reshape(add(matmul(weights, stages), rowOf(y)), y.shape);
}

/** Columns `first`… of the identity of so many stages, `[columns, stages, 1]`: which slot each stage fills. */
function slotsFrom(first: number, stages: number): Tensor {
  const columns = stages - first;
  const ones = Float64Array.from({ length: columns * stages }, (_, i) => Number(Math.floor(i / stages) + first === i % stages));
  return constant(ones, [columns, stages, 1]);
}

/** The slot of one stage as a column `[stages, 1]`. */
const slot = (i: number, stages: number): Tensor => reshape(slice(slotsFrom(0, stages), 0, i, i + 1), [stages, 1]);

/** Evaluates stages one after the other, each at y + h Σ a_j k_j, into their rows of the buffers `[stages, size]`. */
function runStages(
  field: Field,
  y: readonly Tensor[],
  h: Tensor,
  buffers: readonly Tensor[],
  { a, times }: Rows,
  extras: Readonly<Record<string, Tensor>>,
): Tensor[] {
  const [rows, stages] = [Number(a.shape[0]), Number(a.shape[1])];
  const weights = reshape(mul(a, h), [rows, 1, stages]);
  const { carry } = scan({ carry: buffers, xs: [weights, slotsFrom(stages - rows, stages), times] }, (ks, [weight, column, t]) => {
    const at = y.map((value, i) => advance(value, weight, ks[i] ?? value));
    const derivatives = field.derivative(t, at, extras);
    return { carry: ks.map((buffer, i) => add(matmul(column, rowOf(derivatives[i] ?? buffer)), buffer)), ys: [] };
  });
  return carry;
}

/**
 * A step with error estimate, whose first stage is given, so that it is reused after a rejection or from the step before.
 *
 * Inputs: state `y*`, first stage `k*`, the tableau's last rows of a, then b and bError, as `method` `[stages + 1, stages]`,
 * and `step` [h, atol, rtol, times of the last stages] (few inputs: each costs a call some microseconds).
 * Outputs: `next*`, the last stage `last*`, and `error*`, per state tensor the sum of (error/(atol + rtol max(|y|, |next|)))².
 */
export function adaptiveStepProgram(field: Field, stages: number): Program {
  const inputs = {
    ...inputsOf(field),
    ...Object.fromEntries(field.state.map((shape, i) => [`k${String(i)}`, input(["batch", ...shape])])),
    method: input([stages + 1, stages]),
    step: input([stages + 2]),
  };
  return trace("adaptive_step", inputs, (given) => {
    const y = pick(given, indexed("y", field));
    const [method, step] = pick(given, ["method", "step"]);
    if (!method || !step) throw new Error("internal: missing inputs");
    const row = (i: number): Tensor => slice(method, 0, i, i + 1);
    const scalar = (i: number): Tensor => reshape(slice(step, 0, i, i + 1), []);
    const [h, atol, rtol] = [scalar(0), scalar(1), scalar(2)];
    const [a, b, bError] = [slice(method, 0, 0, stages - 1), mul(row(stages - 1), h), mul(row(stages), h)];
    const times = slice(step, 0, 3, stages + 2);
    const buffers = pick(given, indexed("k", field)).map((k) => matmul(slot(0, stages), rowOf(k)));
    const ks = runStages(field, y, h, buffers, { a, times }, given);
    const next = y.map((value, i) => advance(value, b, ks[i] ?? value));
    const errors = y.map((value, i) => {
      const scale = add(mul(maximum(abs(value), abs(next[i] ?? value)), rtol), atol);
      return sum(square(div(matmul(bError, ks[i] ?? value), rowOf(scale))));
    });
    const last = y.map((value, i) => reshape(slice(ks[i] ?? value, 0, stages - 1, stages), value.shape));
    return {
      ...named("next", next),
      ...named("last", last),
      ...named("error", errors),
    };
  });
}

/**
 * Steps of a fixed grid in one call: a scan over steps around the scan over stages.
 *
 * Inputs: state `y*`, tableau `a` `[stages, stages]` and `b` `[stages]`, `h` `[steps]` and stage `times` `[steps, stages]`.
 * Outputs: `next*`, the state at the end.
 */
export function fixedGridProgram(field: Field, stages: number): Program {
  const inputs = {
    ...inputsOf(field),
    a: input([stages, stages]),
    b: input([stages]),
    h: input(["steps"]),
    times: input(["steps", stages]),
  };
  return trace("fixed_grid", inputs, (given) => {
    const [a, b, h, times] = pick(given, ["a", "b", "h", "times"]);
    if (!a || !b || !h || !times) throw new Error("internal: missing inputs");
    const { carry } = scan({ carry: pick(given, indexed("y", field)), xs: [h, times] }, (y, [step, at]) => {
      const buffers = y.map((value) => zeros([stages, ...rowOf(value).shape.slice(1)]));
      const ks = runStages(field, y, step, buffers, { a, times: at }, given);
      return { carry: y.map((value, i) => advance(value, reshape(mul(b, step), [1, stages]), ks[i] ?? value)), ys: [] };
    });
    return named("next", carry);
  });
}
