/** @file Reductions over axes. */
import { isFloat } from "../host.ts";
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { dimAt, isStatic, resolveAxis, sameShape, sizeOf, staticDim } from "../shape.ts";
import type { Shape } from "../shape.ts";
import type { Node, Op, Tensor, TensorType } from "../tensor.ts";
import { div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal, greater, not } from "./comparison.ts";
import { requireFloat, requireOperand } from "./checks.ts";
import type { Operands } from "./checks.ts";
import { ones } from "./fill.ts";
import { sqrt, square } from "./unary.ts";
import { where } from "./where.ts";
import { beforeBroadcast, broadcastTo } from "./broadcast.ts";
import { concat } from "./concat.ts";
import { reshape } from "./reshape.ts";
import { sizeAlong } from "./size.ts";
import { slice } from "./slice.ts";

/** Options of reductions. */
export interface ReduceOptions {
  /** Default: all axes. Negative axes count from the end. */
  readonly axes?: readonly number[] | undefined;
  /** Keep reduced axes with size 1. Default false. */
  readonly keepDims?: boolean | undefined;
}

export interface ReduceAttrs {
  readonly axes: readonly number[];
}

const reducedShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((dim, i) => (axes.includes(i) ? 1 : dim));

function reducedType(name: string, x: Tensor, axes: readonly number[], operands: Operands = "numbers"): TensorType {
  requireOperand(name, x, operands);
  return { shape: reducedShape(x.shape, axes), dtype: x.dtype };
}

function reduceNd(x: NdArray, axes: readonly number[], initial: number, f: (a: number, b: number) => number): NdArray {
  const out = nd(reducedShape(x.shape, axes) as number[]);
  out.data.fill(initial);
  const strides: number[] = [];
  let stride = 1;
  for (let i = x.shape.length - 1; i >= 0; i--) {
    strides[i] = axes.includes(i) ? 0 : stride;
    if (!axes.includes(i)) stride *= x.shape[i] ?? 1;
  }
  for (let i = 0; i < x.data.length; i++) {
    let rest = i;
    let at = 0;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const dim = x.shape[axis] ?? 1;
      at += (rest % dim) * (strides[axis] ?? 0);
      rest = Math.floor(rest / dim);
    }
    out.data[at] = f(out.data[at] ?? NaN, x.data[i] ?? NaN);
  }
  return out;
}

/** Without axes of size 1. To ONNX no axes at all mean all of them, so that none may reach it. */
function overFewerAxes(op: Op<ReduceAttrs>, { inputs, attrs }: Node<ReduceAttrs>): Tensor | undefined {
  const x = inputOf({ inputs });
  const axes = attrs.axes.filter((axis) => x.shape[axis] !== 1);
  if (axes.length === 0) return x;
  return axes.length < attrs.axes.length ? apply(op, { axes }, x) : undefined;
}

/** Reductions keep their axes with size 1; dropping them is a reshape. */
export const sumOp: Op<ReduceAttrs> = singleOp<ReduceAttrs>({
  name: "sum",
  infer: (inputs, { axes }) => reducedType("sum", inputOf({ inputs }), axes, "signed"),
  evaluate: (inputs, { axes }) => reduceNd(ndAt(inputs), axes, 0, (a, b) => a + b),
  vjp: (node, g) => [broadcastTo(g, inputOf(node).shape)],
  jvp: ({ attrs }, [dx]) => dx && apply(sumOp, { axes: attrs.axes.map((axis) => axis + 1) }, dx),
  simplify: (node) => {
    const x = inputOf(node);
    const fewer = overFewerAxes(sumOp, node);
    if (fewer) return fewer;
    const inner = beforeBroadcast(x);
    if (inner === x || inner.rank !== x.rank) return undefined;
    const { axes } = node.attrs;
    const repeated = axes.filter((axis) => inner.shape[axis] === 1);
    const dims = repeated.map((axis) => dimAt(x.shape, axis));
    // Of none the sum is 0, whatever the value.
    if (repeated.length === 0 || !isStatic(dims) || sizeOf(dims) === 0) return undefined;
    const kept = axes.filter((axis) => !repeated.includes(axis));
    const target = x.shape.map((dim, axis) => (repeated.includes(axis) ? 1 : dim));
    return mul(apply(sumOp, { axes: kept }, broadcastTo(inner, target)), sizeOf(dims));
  },
  flops: (node, count) => count(inputOf(node).shape),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("ReduceSum", [x, emitter.int64s(attrs.axes)]),
});

/** The largest or least value; ties share the derivative equally. */
function extremum(name: string, onnx: string, none: number, f: (a: number, b: number) => number): Op<ReduceAttrs> {
  const op: Op<ReduceAttrs> = singleOp<ReduceAttrs>({
    name,
    infer: (inputs, { axes }) => {
      const x = inputOf({ inputs });
      if (!isFloat(x.dtype) && axes.some((axis) => x.shape[axis] === 0)) {
        throw new RangeError(`${name}: expected at least one value along axes [${axes.join(", ")}] of ${x.toString()}, got none, and integers have no infinity`);
      }
      return reducedType(name, x, axes, "numbers");
    },
    evaluate: (inputs, { axes }) => reduceNd(ndAt(inputs), axes, none, f),
    vjp: (node, g) => [mul(share(node), g)],
    jvp: (node, [dx]) => dx && apply(sumOp, { axes: node.attrs.axes.map((axis) => axis + 1) }, mul(dx, share(node))),
    simplify: (node) => overFewerAxes(op, node),
    flops: (node, count) => count(inputOf(node).shape),
    lower: (emitter, { attrs }, [x = ""]) => emitter.emit(onnx, [x, emitter.int64s(attrs.axes)]),
  });
  return op;
}

/** One over the number of those that tie where a value is the one found, 0 elsewhere. */
function share(node: Node<ReduceAttrs>): Tensor {
  const x = inputOf(node);
  const hit = cast(equal(x, node.outputs[0] ?? x), x.dtype);
  return div(hit, apply(sumOp, node.attrs, hit));
}

const maxOp = extremum("max", "ReduceMax", -Infinity, Math.max);
const minOp = extremum("min", "ReduceMin", Infinity, Math.min);

const prodOp: Op<ReduceAttrs> = singleOp<ReduceAttrs>({
  name: "prod",
  infer: (inputs, { axes }) => reducedType("prod", inputOf({ inputs }), axes, "signed"),
  evaluate: (inputs, { axes }) => reduceNd(ndAt(inputs), axes, 1, (a, b) => a * b),
  // Of products of halves: right at zeros too, where a quotient is not.
  vjp: (node, g, { vjp }) => vjp([productOfHalves(node)], [g], [inputOf(node)]),
  jvp: (node, [dx], _count, { jvp }) => dx && jvp([productOfHalves(node)], [inputOf(node)], [dx])[0],
  simplify: (node) => overFewerAxes(prodOp, node),
  flops: (node, count) => count(inputOf(node).shape),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("ReduceProd", [x, emitter.int64s(attrs.axes)]),
});

function productOfHalves({ inputs, attrs }: Node<ReduceAttrs>): Tensor {
  return attrs.axes.reduce((x, axis) => {
    let size = staticDim("derivative of prod", x.shape, axis);
    if (size === 0) return ones(reducedShape(x.shape, [axis]), x.dtype);
    let rest = x;
    for (; size > 1; size = Math.ceil(size / 2)) {
      const half = Math.floor(size / 2);
      const pairs = mul(slice(rest, axis, 0, half), slice(rest, axis, half, 2 * half));
      rest = size % 2 === 0 ? pairs : concat([pairs, slice(rest, axis, size - 1, size)], axis);
    }
    return rest;
  }, inputOf({ inputs }));
}

/** Axes as counted from the front, in order. */
export function resolveAxes(where: string, x: Tensor, axes: readonly number[] | undefined): readonly number[] {
  const resolved = axes?.map((axis) => resolveAxis(where, axis, x.rank)) ?? x.shape.map((_, i) => i);
  if (new Set(resolved).size < resolved.length) {
    throw new RangeError(`${where}: expected distinct axes, got [${resolved.join(", ")}]`);
  }
  return resolved.sort((a, b) => a - b);
}

/** Drops reduced axes unless they are to be kept. */
export function finish(reduced: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return keepDims ? reduced : reshape(reduced, reduced.shape.filter((_, i) => !axes.includes(i)));
}

/** The sum over axes. */
export function sum(x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor {
  const resolved = resolveAxes("sum", x, axes);
  return finish(apply(sumOp, { axes: resolved }, x), resolved, keepDims);
}

/** The arithmetic mean over axes. */
export function mean(x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor {
  requireFloat("mean", x);
  const resolved = resolveAxes("mean", x, axes);
  const count = sizeAlong(x, resolved);
  if (count === 0) throw new RangeError(`mean: expected at least one value along axes [${resolved.join(", ")}] of ${x.toString()}, got none`);
  const total = apply(sumOp, { axes: resolved }, x);
  return finish(typeof count === "number" ? mul(total, 1 / count) : div(total, count), resolved, keepDims);
}

const reduceBy = (name: string, op: Op<ReduceAttrs>) => (x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor => {
  const resolved = resolveAxes(name, x, axes);
  return finish(apply(op, { axes: resolved }, x), resolved, keepDims);
};

/** The largest value over axes; of none −Infinity, which integers refuse. Ties share the derivative equally; NaN among the values leaves the result open. */
export const max = reduceBy("max", maxOp);

/** The least value over axes; of none Infinity, which integers refuse. Ties share the derivative equally; NaN among the values leaves the result open. */
export const min = reduceBy("min", minOp);

/** The product over axes; of none 1. Its derivative is right at zeros too, and needs axes of known size. */
export const prod = reduceBy("prod", prodOp);

/** Options of `variance`. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the number of values: 0 for the variance of a population (the default), 1 for that of a sample. */
  readonly correction?: number | undefined;
}

/**
 * The mean squared deviation from the mean over axes.
 *
 * @throws RangeError if there are not more values than `correction`
 */
export function variance(x: Tensor, { axes, keepDims, correction = 0 }: VarianceOptions = {}): Tensor {
  requireFloat("variance", x);
  const resolved = resolveAxes("variance", x, axes);
  const total = sum(square(sub(x, mean(x, { axes: resolved, keepDims: true }))), { axes: resolved, keepDims });
  const count = sizeAlong(x, resolved);
  if (!(correction >= 0) || (typeof count === "number" && count <= correction)) {
    throw new RangeError(
      `variance: expected a correction from 0 and more values than that, got ${String(correction)} for axes [${resolved.join(", ")}] of ${x.toString()}`,
    );
  }
  return typeof count === "number" ? mul(total, 1 / (count - correction)) : div(total, sub(count, correction));
}

/** The Euclidean norm √Σx² over axes, with derivative 0 where it is 0. */
export function norm(x: Tensor, options: ReduceOptions = {}): Tensor {
  requireFloat("norm", x);
  const total = sum(square(x), options);
  const zero = equal(total, 0);
  return where(zero, 0, sqrt(where(zero, 1, total)));
}

/** Whether any of the booleans over axes holds; of none false. */
export function any(x: Tensor, options: ReduceOptions = {}): Tensor {
  requireOperand("any", x, "booleans");
  return greater(sum(cast(x, "int32"), options), 0);
}

/** Whether all of the booleans over axes hold; of none true. */
export function all(x: Tensor, options: ReduceOptions = {}): Tensor {
  return not(any(not(x), options));
}

/** Sums `x` over the axes that a broadcast from `shape` repeated: the adjoint of `broadcastTo`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const shift = x.rank - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < shift || (shape[i - shift] === 1 && x.shape[i] !== 1));
  return reshape(apply(sumOp, { axes }, x), shape);
}
