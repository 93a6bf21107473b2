/** @file Reductions over axes. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { dimAt, isStatic, productOf, resolveAxis, sameShape, sizeOf } from "../shape.ts";
import type { Shape } from "../shape.ts";
import type { Op, Tensor, TensorType } from "../tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { requireFloat, requireNumber } from "./checks.ts";
import { sqrt, square } from "./unary.ts";
import { beforeBroadcast, broadcastTo, reshape, sizeAlong } from "./shaping.ts";

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

function reducedType(name: string, x: Tensor, axes: readonly number[]): TensorType {
  requireNumber(name, x);
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

/** Reductions keep their axes with size 1; dropping them is a reshape. */
export const sumOp: Op<ReduceAttrs> = singleOp<ReduceAttrs>({
  name: "sum",
  infer: (inputs, { axes }) => reducedType("sum", inputOf({ inputs }), axes),
  evaluate: (inputs, { axes }) => reduceNd(ndAt(inputs), axes, 0, (a, b) => a + b),
  vjp: (node, g) => [broadcastTo(g, inputOf(node).shape)],
  jvp: ({ attrs }, [dx]) => dx && apply(sumOp, { axes: attrs.axes.map((axis) => axis + 1) }, dx),
  simplify: (node) => {
    const x = inputOf(node);
    const axes = node.attrs.axes.filter((axis) => x.shape[axis] !== 1);
    if (axes.length === 0) return x;
    const inner = beforeBroadcast(x);
    if (inner !== x && inner.rank === x.rank) {
      const repeated = axes.filter((axis) => inner.shape[axis] === 1);
      const dims = repeated.map((axis) => dimAt(x.shape, axis));
      if (repeated.length > 0 && isStatic(dims)) {
        const kept = axes.filter((axis) => !repeated.includes(axis));
        const target = x.shape.map((dim, axis) => (repeated.includes(axis) ? 1 : dim));
        return mul(apply(sumOp, { axes: kept }, broadcastTo(inner, target)), sizeOf(dims));
      }
    }
    return axes.length < node.attrs.axes.length ? apply(sumOp, { axes }, x) : undefined;
  },
  flops: (node, count) => count(inputOf(node).shape),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("ReduceSum", [x, emitter.int64s(attrs.axes)]),
});

const maxOp: Op<ReduceAttrs> = singleOp<ReduceAttrs>({
  name: "max",
  infer: (inputs, { axes }) => reducedType("max", inputOf({ inputs }), axes),
  evaluate: (inputs, { axes }) => reduceNd(ndAt(inputs), axes, -Infinity, Math.max),
  // Ties share the cotangent equally.
  vjp: (node, g) => {
    const x = inputOf(node);
    const hit = cast(equal(x, node.outputs[0] ?? x), x.dtype);
    return [mul(div(hit, apply(sumOp, node.attrs, hit)), g)];
  },
  jvp: (node, [dx]) => {
    if (dx === undefined) return undefined;
    const x = inputOf(node);
    const hit = cast(equal(x, node.outputs[0] ?? x), x.dtype);
    const weight = div(hit, apply(sumOp, node.attrs, hit));
    return apply(sumOp, { axes: node.attrs.axes.map((axis) => axis + 1) }, mul(dx, weight));
  },
  flops: (node, count) => count(inputOf(node).shape),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("ReduceMax", [x, emitter.int64s(attrs.axes)]),
});

function resolveAxes(where: string, x: Tensor, axes: readonly number[] | undefined): readonly number[] {
  const resolved = axes?.map((axis) => resolveAxis(where, axis, x.rank)) ?? x.shape.map((_, i) => i);
  if (new Set(resolved).size < resolved.length) {
    throw new RangeError(`${where}: expected distinct axes, got [${resolved.join(", ")}]`);
  }
  return resolved.sort((a, b) => a - b);
}

function finish(reduced: Tensor, axes: readonly number[], keepDims = false): Tensor {
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
  const total = apply(sumOp, { axes: resolved }, x);
  return finish(typeof count === "number" ? mul(total, 1 / count) : div(total, count), resolved, keepDims);
}

/** The largest value over axes. */
export function max(x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor {
  const resolved = resolveAxes("max", x, axes);
  return finish(apply(maxOp, { axes: resolved }, x), resolved, keepDims);
}

/** Sums `x` over the axes that a broadcast from `shape` repeated: the adjoint of `broadcastTo`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const shift = x.rank - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < shift || (shape[i - shift] === 1 && x.shape[i] !== 1));
  return reshape(apply(sumOp, { axes }, x), shape);
}

/**
 * Softmax along an axis: exp(x − max) / Σ exp(x − max).
 *
 * @param axis - default the last
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOp, { axis: resolveAxis("softmax", axis, x.rank) }, x);
}

const softmaxOp = singleOp<{ readonly axis: number }>({
  name: "softmax",
  infer: (inputs) => {
    requireFloat("softmax", inputOf({ inputs }));
    return inputOf({ inputs });
  },
  evaluate: (inputs, { axis }) => {
    const x = ndAt(inputs);
    const dim = x.shape[axis] ?? 1;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const out = nd(x.shape);
    for (let row = 0; row < x.data.length / dim; row++) {
      const base = Math.floor(row / inner) * dim * inner + (row % inner);
      let top = -Infinity;
      for (let i = 0; i < dim; i++) top = Math.max(top, x.data[base + i * inner] ?? NaN);
      let total = 0;
      for (let i = 0; i < dim; i++) {
        const value = Math.exp((x.data[base + i * inner] ?? NaN) - top);
        out.data[base + i * inner] = value;
        total += value;
      }
      for (let i = 0; i < dim; i++) out.data[base + i * inner] = (out.data[base + i * inner] ?? NaN) / total;
    }
    return out;
  },
  vjp: (node, g) => {
    const y = node.outputs[0] ?? inputOf(node);
    return [mul(y, sub(g, sum(mul(g, y), { axes: [node.attrs.axis], keepDims: true })))];
  },
  jvp: (node, [dx]) => {
    if (dx === undefined) return undefined;
    const y = node.outputs[0] ?? inputOf(node);
    return mul(y, sub(dx, sum(mul(dx, y), { axes: [node.attrs.axis + 1], keepDims: true })));
  },
  // Maximum, difference, exponential, sum, quotient.
  flops: (node, count) => 5 * count(inputOf(node).shape),
  lower: (emitter, { attrs }, inputs) => emitter.emit("Softmax", inputs, { axis: attrs.axis }),
});

/** Options of `standardize`. */
export interface StandardizeOptions {
  /** The axes to take moments over; they must be the last ones. */
  readonly axes: readonly number[];
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number | undefined;
}

const standardizeOp = singleOp<{ readonly count: number; readonly epsilon: number }>({
  name: "standardize",
  infer: (inputs) => {
    requireFloat("standardize", inputOf({ inputs }));
    return inputOf({ inputs });
  },
  evaluate: (inputs, { count, epsilon }) => {
    const x = ndAt(inputs);
    const width = sizeOf(x.shape.slice(x.shape.length - count));
    const out = nd(x.shape);
    for (let at = 0; at < x.data.length; at += width) {
      const row = x.data.subarray(at, at + width);
      const mu = row.reduce((a, b) => a + b, 0) / width;
      const variance = row.reduce((a, b) => a + (b - mu) ** 2, 0) / width;
      for (let i = 0; i < width; i++) out.data[at + i] = ((row[i] ?? NaN) - mu) / Math.sqrt(variance + epsilon);
    }
    return out;
  },
  // y = (x − m) r with r = 1/√(var + ε): dx = r (g − mean(g) − y mean(g y)), a symmetric map.
  vjp: (node, g) => [projectStandardized(node, g)],
  jvp: (node, [dx]) => dx && projectStandardized(node, dx),
  // Mean, difference, square, its mean, scale.
  flops: (node, count) => 5 * count(inputOf(node).shape),
  lower: (emitter, node, [x]) => {
    const { shape } = inputOf(node);
    const kept = shape.length - node.attrs.count;
    const width = productOf("standardize", shape.slice(kept));
    // Instance norm over [rows, channels, width] is the fastest form ONNX Runtime has; it wants a known channel count.
    const last = shape[kept - 1];
    const channels = kept > 1 && typeof last === "number" ? last : 1;
    const rows = productOf("standardize", shape.slice(0, channels === 1 ? kept : kept - 1));
    const view: Shape = [rows, channels, width];
    const y = emitter.emit(
      "InstanceNormalization",
      [
        sameShape(view, shape) ? (x ?? "") : emitter.reshape(x, view),
        emitter.constant(new Float32Array(channels).fill(1), [channels]),
        emitter.constant(new Float32Array(channels), [channels]),
      ],
      { epsilon: { float: node.attrs.epsilon } },
    );
    return sameShape(view, shape) ? y : emitter.reshape(y, shape);
  },
});

function projectStandardized(
  node: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[]; readonly attrs: { count: number; epsilon: number } },
  g: Tensor,
): Tensor {
  const x = inputOf(node);
  const y = node.outputs[0] ?? x;
  const axes = Array.from({ length: node.attrs.count }, (_, i) => i - node.attrs.count);
  const over = { axes, keepDims: true };
  const variance = mean(square(sub(x, mean(x, over))), over);
  const inverse = div(1, sqrt(add(variance, node.attrs.epsilon)));
  return mul(inverse, sub(sub(g, mean(g, over)), mul(y, mean(mul(g, y), over))));
}

/**
 * `(x − mean) / √(variance + ε)` over the last axes, the core of group and layer norm.
 *
 * @throws RangeError if `axes` are not the last ones
 */
export function standardize(x: Tensor, { axes, epsilon = 1e-5 }: StandardizeOptions): Tensor {
  const resolved = resolveAxes("standardize", x, axes);
  if (resolved.length === 0 || resolved.some((axis, i) => axis !== x.rank - resolved.length + i)) {
    throw new RangeError(`standardize: expected the last axes, got [${axes.join(", ")}] of ${x.toString()}`);
  }
  return apply(standardizeOp, { count: resolved.length, epsilon }, x);
}
