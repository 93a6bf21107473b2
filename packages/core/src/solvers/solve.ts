import type { CompileOptions, Executable, HostTensor, Program, Runtime } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import { stepController, scaledNorm } from "./controller.ts";
import type { Field } from "./field.ts";
import { adaptiveStepProgram, fieldProgram, fixedGridProgram } from "./step-program.ts";
import type { ResolvedSolver, SolverOptions } from "./options.ts";
import { resolveSolver } from "./options.ts";
import { solvers } from "./registry.ts";
import { SolveError } from "./result.ts";
import type { Outcome, Solution } from "./result.ts";
import { isFsal } from "./tableau.ts";
import type { Tableau } from "./tableau.ts";

/** Integrates one field with any solver; programs are compiled once and kept until `dispose`. */
export interface Integrator {
  /**
   * Solves dy/dt = f(t, y) from `t0` to `t1`, which may lie before `t0`. The field is never evaluated outside.
   *
   * @param state - one tensor `[batch, ...]` per state tensor of the field
   * @throws RangeError for bad options; SolveError if the end is not reached and `throwOnFailure` is set
   */
  solve(
    state: readonly HostTensor[],
    interval: readonly [number, number],
    options?: SolverOptions,
    extras?: Readonly<Record<string, HostTensor>>,
  ): Promise<Solution>;
  dispose(): Promise<void>;
}

/**
 * Makes an integrator.
 *
 * @param compile - hints for the runtime
 */
export function integrator(runtime: Runtime, field: Field, compile: CompileOptions = {}): Integrator {
  const cache = new Map<string, Promise<Executable>>();
  const compiled = (name: string, make: () => Program): Promise<Executable> => {
    const known = cache.get(name) ?? runtime.compile(make(), compile);
    cache.set(name, known);
    return known;
  };
  return {
    solve: async (state, interval, options = {}, extras = {}) => {
      const resolved = resolveSolver(options);
      const problem: Problem = { field, compiled, state, interval, extras, options: resolved };
      const solution = await (resolved.adaptive ? solveAdaptive(problem) : solveFixed(problem));
      if (solution.result !== "success" && resolved.throwOnFailure) throw new SolveError(resolved.solver, solution);
      return solution;
    },
    dispose: async () => {
      const all = [...cache.values()];
      cache.clear();
      await Promise.all(all.map(async (executable) => (await executable).dispose()));
    },
  };
}

interface Problem {
  readonly field: Field;
  readonly compiled: (name: string, make: () => Program) => Promise<Executable>;
  readonly state: readonly HostTensor[];
  readonly interval: readonly [number, number];
  readonly extras: Readonly<Record<string, HostTensor>>;
  readonly options: ResolvedSolver;
}

type State = readonly HostTensor[];

const scalar = (value: number): HostTensor => hostTensor(Float64Array.of(value), []);
const feed = (prefix: string, state: State): Record<string, HostTensor> =>
  Object.fromEntries(state.map((tensor, i) => [`${prefix}${String(i)}`, tensor]));
const take = (prefix: string, results: Readonly<Record<string, HostTensor>>, count: number): HostTensor[] =>
  Array.from({ length: count }, (_, i) => {
    const tensor = results[`${prefix}${String(i)}`];
    if (!tensor) throw new Error(`internal: no result ${prefix}${String(i)}`);
    return tensor;
  });
const finite = (state: State): boolean =>
  state.every(({ data }) => (data as Float32Array).every((value) => Number.isFinite(value)));

/** Rows of a tableau as a matrix, those of a filled up with zeros. */
function matrix(rows: readonly (readonly number[])[], stages: number): HostTensor {
  const values = rows.flatMap((row) => Array.from({ length: stages }, (_, column) => row[column] ?? 0));
  return hostTensor(Float64Array.from(values), [rows.length, stages]);
}

/** Stage times, rounded for float32 and kept inside the interval. */
function stageTimes({ c }: Tableau, first: number, t: number, h: number, [from, to]: readonly [number, number]): number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  return c.slice(first).map((node) => clampFloat(t + node * h, low, high));
}

/** The nearest time that is in [low, high] also after rounding to float32. */
function clampFloat(time: number, low: number, high: number): number {
  const inside = Math.min(high, Math.max(low, time));
  const rounded = Math.fround(inside);
  if (rounded > high) return high - (rounded - high);
  return rounded < low ? low + (low - rounded) : inside;
}

/** Where the steps of a fixed grid start, and how long they are. */
function stepsOf([t0, t1]: readonly [number, number], { steps, grid }: ResolvedSolver): { readonly starts: Float64Array; readonly lengths: Float64Array } {
  if (!grid) {
    const h = (t1 - t0) / steps;
    return { starts: Float64Array.from({ length: steps }, (_, i) => t0 + i * h), lengths: new Float64Array(steps).fill(h) };
  }
  // Shares count from the noise, which lies at the lesser time.
  const shares = t0 < t1 ? grid : grid.map((share) => 1 - share).reverse();
  const times = Float64Array.from(shares, (share) => t0 + share * (t1 - t0));
  return { starts: times.slice(0, steps), lengths: Float64Array.from({ length: steps }, (_, i) => (times[i + 1] ?? NaN) - (times[i] ?? NaN)) };
}

/** Steps of a fixed grid in one call: so many that calls cost nothing beside them, so few that a long solve can be stopped. */
const stepsPerCall = 50;

async function solveFixed(problem: Problem): Promise<Solution> {
  const { field, compiled, state, interval, extras, options } = problem;
  const method: Tableau = solvers[options.solver];
  const stages = method.b.length;
  const [, t1] = interval;
  const { starts, lengths } = stepsOf(interval, options);
  const executable = await compiled(`fixed ${String(stages)}`, () => fixedGridProgram(field, stages));
  const tableau = { a: matrix(method.a, stages), b: hostTensor(Float64Array.from(method.b), [stages]) };
  let y: State = state;
  let done = 0;
  while (done < options.steps && options.signal?.aborted !== true) {
    const count = Math.min(stepsPerCall, options.steps - done);
    const part = lengths.subarray(done, done + count);
    const times = Array.from(part, (h, i) => stageTimes(method, 0, starts[done + i] ?? NaN, h, interval)).flat();
    const results = await executable.run({
      ...feed("y", y),
      ...extras,
      ...tableau,
      h: hostTensor(part.slice(), [count]),
      times: hostTensor(Float64Array.from(times), [count, stages]),
    });
    y = take("next", results, state.length);
    done += count;
  }
  const whole = done === options.steps;
  const result: Outcome = !whole ? "aborted" : finite(y) ? "success" : "nonFinite";
  return { state: y, t: whole ? t1 : (starts[done] ?? NaN), nfe: done * stages, accepted: done, rejected: 0, result };
}

async function solveAdaptive(problem: Problem): Promise<Solution> {
  const { field, compiled, extras, options, interval } = problem;
  const method: Tableau = solvers[options.solver];
  const stages = method.b.length;
  const [t0, t1] = interval;
  const evaluator = await compiled("field", () => fieldProgram(field));
  const stepper = await compiled(`adaptive ${String(stages)}`, () => adaptiveStepProgram(field, stages));
  const rows = matrix([...method.a.slice(1), method.b, method.bError ?? []], stages);
  let nfe = 0;
  const evaluate = async (t: number, y: State): Promise<HostTensor[]> => {
    nfe += 1;
    return take("k", await evaluator.run({ ...feed("y", y), ...extras, t: scalar(t) }), y.length);
  };
  // The log-density is the state tensor after the first.
  const counted = (state: State): State => (options.logDensityInErrorNorm ? state : state.slice(0, 1));

  let y = problem.state;
  let t = t0;
  let accepted = 0;
  let rejected = 0;
  const done = (result: Outcome): Solution => ({ state: y, t, nfe, accepted, rejected, result });
  if (t0 === t1) return done("success");
  let k = await evaluate(clampFloat(t0, Math.min(t0, t1), Math.max(t0, t1)), y);
  if (!finite(y) || !finite(k)) return done("nonFinite");
  const controller = stepController(method.order);
  let h = await firstStep(counted, y, k, evaluate, interval, method.order, options);
  while (t !== t1) {
    if (options.signal?.aborted === true) return done("aborted");
    if (accepted + rejected >= options.maxSteps) return done("maxStepsReached");
    // The last step is clamped to the end, and a step that would leave a sliver takes half the rest.
    const rest = t1 - t;
    const last = Math.abs(h) >= Math.abs(rest) * (1 - 1e-9);
    if (last) h = rest;
    else if (Math.abs(h) > 0.5 * Math.abs(rest)) h = 0.5 * rest;
    if (!last && Math.abs(h) < options.minStep) return done("stepSizeUnderflow");
    const results = await stepper.run({
      ...feed("y", y),
      ...feed("k", k),
      ...extras,
      method: rows,
      step: hostTensor(Float64Array.of(h, options.atol, options.rtol, ...stageTimes(method, 1, t, h, interval)), [stages + 2]),
    });
    nfe += stages - 1;
    const error = pooledError(counted, results, y);
    if (!(error <= 1)) {
      rejected += 1;
      h = Number.isFinite(error) ? controller.rejected(h, error) : 0.2 * h;
      if (Math.abs(h) < options.minStep) return done(Number.isFinite(error) ? "stepSizeUnderflow" : "nonFinite");
      continue;
    }
    accepted += 1;
    y = take("next", results, y.length);
    const before = t;
    t = last ? t1 : t + h;
    options.onStep?.({ t, h: t - before, nfe });
    h = controller.accepted(h, error);
    if (t !== t1) k = isFsal(method) ? take("last", results, y.length) : await evaluate(t, y);
  }
  return done("success");
}

/** The root mean square of the scaled error over all counted values. */
function pooledError(counted: (state: State) => State, results: Readonly<Record<string, HostTensor>>, y: State): number {
  const kept = counted(y);
  const count = kept.reduce((total, { data }) => total + data.length, 0);
  const total = take("error", results, kept.length).reduce((sum, { data }) => sum + Number(data[0]), 0);
  return Math.sqrt(total / Math.max(count, 1));
}

/** The first step of Hairer, Nørsett and Wanner II.4, at the cost of one evaluation inside the interval. */
async function firstStep(
  counted: (state: State) => State,
  y: State,
  k: State,
  evaluate: (t: number, y: State) => Promise<HostTensor[]>,
  [t0, t1]: readonly [number, number],
  order: number,
  { atol, rtol }: ResolvedSolver,
): Promise<number> {
  const span = t1 - t0;
  const floats = (state: State): Float64Array[] =>
    counted(state).map(({ data }) => Float64Array.from(data as ArrayLike<number>, Number));
  const [y0, k0] = [floats(y), floats(k)];
  const d0 = scaledNorm(y0, y0, atol, rtol);
  const d1 = scaledNorm(k0, y0, atol, rtol);
  const h0 = Math.min(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1, Math.abs(span)) * Math.sign(span);
  const euler = y.map((tensor, i) => {
    const slope = k[i]?.data ?? [];
    const data = Float64Array.from(tensor.data as ArrayLike<number>, (value, j) => value + h0 * Number(slope[j]));
    return hostTensor(data, tensor.shape, tensor.data instanceof Float64Array ? "float64" : "float32");
  });
  const k1 = floats(await evaluate(clampFloat(t0 + h0, Math.min(t0, t1), Math.max(t0, t1)), euler));
  const change = k1.map((list, i) => list.map((value, j) => value - (k0[i]?.[j] ?? NaN)));
  const d2 = scaledNorm(change, y0, atol, rtol) / Math.abs(h0);
  const steepest = Math.max(d1, d2);
  const h1 = steepest <= 1e-15 ? Math.max(1e-6, Math.abs(h0) * 1e-3) : (0.01 / steepest) ** (1 / order);
  const h = Math.min(100 * Math.abs(h0), h1, Math.abs(span));
  return (Number.isFinite(h) ? h : Math.abs(h0)) * Math.sign(span);
}
