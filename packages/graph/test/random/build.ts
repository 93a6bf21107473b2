/** @file A recipe as a program, with its derivatives. */
import * as g from "@fluxion/graph";
import type { DType, HostTensor, InputSpec, Program, Shape, Tensor } from "@fluxion/graph";
import { nd } from "../../src/ndarray.ts";
import type { NdArray } from "../../src/ndarray.ts";
import { reachable } from "../../src/tensor.ts";
import { drawn } from "../cases/subject.ts";
import type { Recipe } from "../random-programs.ts";
import { isRefusal } from "./draft.ts";
import type { Instruction } from "./draft.ts";
import { grow } from "./grow.ts";
import { evaluate, floats, isFloat, resolved, specs, toNd, valueOf } from "./values.ts";

/** A program with its derivatives, and what to feed it. */
export interface Built {
  readonly program: Program;
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** Outputs that are float, `y0` and so on, which `j0` has the tangents of. */
  readonly ys: readonly string[];
  /** The inputs that derivatives are taken in; their directions are fed as `t_…`, the weights of `y0` as `c_y0`. */
  readonly wrt: readonly string[];
  /** Whether forward mode goes through all of it. */
  readonly tangents: boolean;
  /** Whether reverse mode does too. */
  readonly reversible: boolean;
  /** What counted. */
  readonly text: string;
}

/** Results that nothing uses are the outputs, but for the earliest, which are dead code. */
const mostOutputs = 6;

function outputsOf(made: readonly Tensor[], inputs: readonly Tensor[]): Record<string, Tensor> {
  const used = new Set(reachable(made).flatMap((node) => node.inputs));
  const leaves = made.filter((x) => !used.has(x)).slice(-mostOutputs);
  return Object.fromEntries((leaves.length === 0 ? [g.neg(inputs[0] as Tensor)] : leaves).map((y, i) => [`y${String(i)}`, y]));
}

/** Traces a recipe, with derivatives up to an order from 0 to 2. */
export function build(recipe: Recipe, order: 0 | 1 | 2): Built {
  const shapeOf = (shape: Shape): Shape => (recipe.named ? shape : resolved(shape));
  const base = Object.fromEntries(Object.entries(specs).map(([key, [shape, dtype]]) => [key, g.input(shapeOf(shape), dtype)]));
  const feeds: Record<string, HostTensor> = Object.fromEntries(Object.keys(specs).map((key) => [key, valueOf(key, recipe.seed)]));
  let [counted, text]: [readonly Instruction[], string] = [[], ""];
  const values = g.trace("values", base, (x) => {
    const inputs = Object.values(x);
    const grown = grow(recipe.instructions, inputs, Object.values(feeds).map(toNd));
    ({ instructions: counted, text } = grown);
    return outputsOf(grown.made, inputs);
  });
  const ys = Object.keys(values.outputs).filter((key) => isFloat(values.outputs[key] as Tensor));
  const further: Record<string, InputSpec> = {};
  const feed = (key: string, shape: Shape, dtype: DType, seed: number): void => {
    further[key] = g.input(shape, dtype);
    feeds[key] = g.hostTensor(drawn(resolved(shape), seed), resolved(shape), dtype);
  };
  if (order > 0) {
    ys.forEach((key, i) => {
      const { shape, dtype } = values.outputs[key] as Tensor;
      feed(`c_${key}`, shape, dtype, 40 + i);
    });
    floats.forEach((key, i) => {
      feed(`t_${key}`, [2, ...(base[key]?.shape ?? [])], "float32", 60 + i);
    });
  }
  let [tangents, reversible] = [true, true];
  /** Reverse mode refuses whileLoop, and some rules refuse a named axis; nothing else may be refused. */
  const attempt = (differentiate: () => void): boolean => {
    try {
      differentiate();
      return true;
    } catch (error) {
      const known = isRefusal(error) && (recipe.named || error.message.startsWith("vjp: whileLoop"));
      if (!known) throw new Error(text, { cause: error });
      return false;
    }
  };
  const program = g.trace("random", { ...base, ...further }, (x) => {
    const inputs = Object.keys(specs).map((key) => x[key] as Tensor);
    const results = outputsOf(grow(counted, inputs).made, inputs);
    const own = ys.map((key) => results[key] as Tensor);
    if (order === 0 || own.length === 0) return results;
    const take = (prefix: string): Tensor[] => floats.map((key) => x[prefix + key] as Tensor);
    const named = (prefix: string, keys: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> =>
      Object.fromEntries(tensors.map((tensor, i) => [prefix + (keys[i] ?? ""), tensor]));
    const outputs = { ...results };
    const [xs, ts, cs] = [take(""), take("t_"), ys.map((key) => x[`c_${key}`] as Tensor)];
    tangents = attempt(() => Object.assign(outputs, named("j_", ys, g.jvp(own, xs, ts))));
    reversible = tangents && attempt(() => Object.assign(outputs, named("g_", floats, g.vjp(own, cs, xs))));
    if (order === 2 && reversible) attempt(() => Object.assign(outputs, second(own, cs, xs, ts, named)));
    return outputs;
  });
  return { program, feeds, ys, wrt: floats, tangents, reversible, text };
}

/**
 * Of Σ c sin(y): `s` the gradient, `h` and `k` the Hessian times both directions, forward over reverse, and `r` the
 * Hessian times the first, reverse over reverse.
 */
function second(
  ys: readonly Tensor[],
  cs: readonly Tensor[],
  wrt: readonly Tensor[],
  tangents: readonly Tensor[],
  named: (prefix: string, keys: readonly string[], tensors: readonly Tensor[]) => Record<string, Tensor>,
): Record<string, Tensor> {
  const single = (x: Tensor): Tensor => g.cast(x, "float32");
  const total = (terms: readonly Tensor[]): Tensor => terms.map((term) => single(g.sum(term))).reduce((a, b) => g.add(a, b));
  const gradient = g.grad(total(ys.map((y, i) => g.mul(cs[i] as Tensor, g.sin(y)))), wrt);
  const directions = g.jvp(gradient, wrt, tangents);
  const direction = (all: readonly Tensor[], k: number): Tensor[] => all.map((t, i) => g.reshape(g.slice(t, 0, k, k + 1), wrt[i]?.shape ?? []));
  const first = direction(tangents, 0);
  return {
    ...named("s_", floats, gradient),
    ...named("h_", floats, direction(directions, 0)),
    ...named("k_", floats, direction(directions, 1)),
    ...named("r_", floats, g.grad(total(gradient.map((x, i) => g.mul(x, first[i] as Tensor))), wrt)),
  };
}

/** How far results lie apart if every operation is off by a rounding of the type of its result, by output. */
export function roundingErrors({ program, feeds }: Built): Record<string, number> {
  const known = new Map(Object.entries(program.inputs).map(([key, x]) => [x, toNd(feeds[key] as HostTensor)]));
  const outputs = Object.entries(program.outputs);
  const tensors = outputs.map(([, x]) => x);
  const exact = evaluate(tensors, new Map(known));
  const moved = (move: (value: number, most: number) => number) =>
    evaluate(tensors, new Map(known), ({ shape, data }, dtype) => {
      if (dtype !== "float32") return nd(shape, data);
      const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      return nd(shape, data.map((value) => Math.fround(move(value, most))));
    });
  // By the size of the tensor, not to the nearest: terms that cancel are often whole numbers, whose rounding shows nothing.
  let place = 0;
  const nudged = moved((value, most) => value + 1.2e-7 * most * Math.sin(place++));
  // What is tiny may as well be 0, where a sign or a truth value is made of it.
  const flushed = moved((value) => (Math.abs(value) < 1e-7 ? 0 : value));
  const apart = (i: number, others: readonly (NdArray | undefined)[]): number =>
    Array.from(exact[i]?.data ?? []).reduce((worst, value, j) => Math.max(worst, Math.abs(value - (others[i]?.data[j] ?? NaN))), 0);
  return Object.fromEntries(outputs.map(([key], i) => [key, Math.max(apart(i, nudged), apart(i, flushed))]));
}
