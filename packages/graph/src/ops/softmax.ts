/** @file Exponentials over their sum, and logarithms of such sums. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { widened } from "./cast.ts";
import { requireFloat } from "./checks.ts";
import { equal, isFinite } from "./comparison.ts";
import { finish, max, resolveAxes, sum } from "./reduce.ts";
import type { ReduceOptions } from "./reduce.ts";
import { stopGradient } from "./stop-gradient.ts";
import { exp, log } from "./unary.ts";
import { where } from "./where.ts";

/**
 * Softmax along an axis: exp(x − max) / Σ exp(x − max). A row of nothing but −Infinity is NaN.
 *
 * @param axis - default the last
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return widened(x, (wide) => apply(softmaxOp, { axis: resolveAxis("softmax", axis, x.rank) }, wide));
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
  return widened(x, (wide) => apply(logSoftmaxOp, { axis: resolveAxis("logSoftmax", axis, x.rank) }, wide));
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
  lower: (emitter, node, [x = ""]) => {
    const { axis } = node.attrs;
    if (inputOf(node).dtype === "float32") return emitter.emit("LogSoftmax", [x], { axis });
    // ONNX Runtime's float64 kernel makes numbers of NaN.
    const axes = emitter.int64s([axis]);
    const values = emitter.emit("Sub", [x, emitter.emit("ReduceMax", [x, axes])]);
    const total = emitter.emit("ReduceSum", [emitter.emit("Exp", [values]), axes]);
    return emitter.emit("Sub", [values, emitter.emit("Log", [total])]);
  },
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

/** log Σ exp(x) over axes, without overflow; −Infinity, with derivative 0, where all values are. */
export function logSumExp(x: Tensor, { axes, keepDims }: ReduceOptions = {}): Tensor {
  requireFloat("logSumExp", x);
  const resolved = resolveAxes("logSumExp", x, axes);
  const over = { axes: resolved, keepDims: true };
  const top = stopGradient(max(x, over));
  // Infinite values are left where they are: ∞ − ∞ is no number.
  const shift = where(isFinite(top), top, 0);
  const total = sum(exp(sub(x, shift)), over);
  // The largest value has the power 1: where there is none, the logarithm is kept from 0 and so its derivative from 1/0.
  const none = equal(total, 0);
  return finish(add(log(where(none, 1, total)), where(none, -Infinity, shift)), resolved, keepDims);
}
