/** @file Exponentials over their sum, and logarithms of such sums. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { requireFloat } from "./checks.ts";
import { less } from "./comparison.ts";
import { max, resolveAxes, sum } from "./reduce.ts";
import type { ReduceOptions } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { stopGradient } from "./stop-gradient.ts";
import { abs, exp, log } from "./unary.ts";
import { where } from "./where.ts";

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
  evaluate: (inputs, { axis }) => alongAxis(ndAt(inputs), axis, (row) => {
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = row.map((value) => Math.exp(value - top));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((value) => value / total);
  }),
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

/**
 * The logarithm of softmax along an axis, without its underflow: x − log Σ exp(x).
 *
 * @param axis - default the last
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply(logSoftmaxOp, { axis: resolveAxis("logSoftmax", axis, x.rank) }, x);
}

const logSoftmaxOp = singleOp<{ readonly axis: number }>({
  name: "logSoftmax",
  infer: (inputs) => {
    requireFloat("logSoftmax", inputOf({ inputs }));
    return inputOf({ inputs });
  },
  evaluate: (inputs, { axis }) => alongAxis(ndAt(inputs), axis, (row) => {
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = Math.log(row.reduce((a, b) => a + Math.exp(b - top), 0));
    return row.map((value) => value - top - total);
  }),
  vjp: (node, g) => {
    const y = node.outputs[0] ?? inputOf(node);
    return [sub(g, mul(exp(y), sum(g, { axes: [node.attrs.axis], keepDims: true })))];
  },
  jvp: (node, [dx]) => {
    if (dx === undefined) return undefined;
    const y = node.outputs[0] ?? inputOf(node);
    return sub(dx, sum(mul(dx, exp(y)), { axes: [node.attrs.axis + 1], keepDims: true }));
  },
  flops: (node, count) => 5 * count(inputOf(node).shape),
  lower: (emitter, { attrs }, inputs) => emitter.emit("LogSoftmax", inputs, { axis: attrs.axis }),
});

/** Applies `f` to every row along an axis. */
function alongAxis(x: NdArray, axis: number, f: (row: Float64Array) => Float64Array): NdArray {
  const dim = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const out = nd(x.shape);
  for (let row = 0; row < x.data.length / Math.max(dim, 1); row++) {
    const base = Math.floor(row / inner) * dim * inner + (row % inner);
    const values = f(Float64Array.from({ length: dim }, (_, i) => x.data[base + i * inner] ?? NaN));
    values.forEach((value, i) => (out.data[base + i * inner] = value));
  }
  return out;
}

/**
 * log Σ exp(x) over axes, without overflow; −Infinity where all values are. Its derivative is softmax.
 */
export function logSumExp(x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor {
  requireFloat("logSumExp", x);
  const resolved = resolveAxes("logSumExp", x, axes);
  const top = stopGradient(max(x, { axes: resolved, keepDims: true }));
  // Infinite values are left where they are: ∞ − ∞ is no number.
  const shift = where(less(abs(top), Infinity), top, 0);
  const y = add(log(sum(exp(sub(x, shift)), { axes: resolved, keepDims: true })), shift);
  return keepDims === true ? y : reshape(y, y.shape.filter((_, axis) => !resolved.includes(axis)));
}
