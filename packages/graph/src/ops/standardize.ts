import type { Emitter } from "../emitter.ts";
import type { DType } from "../host.ts";
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { isStatic, productOf, sameShape, sizeOf, sizeTerms } from "../shape.ts";
import type { Shape } from "../shape.ts";
import type { Node, Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { widened } from "./cast.ts";
import { requireFloat } from "./checks.ts";
import { mean, resolveAxes } from "./reduce.ts";
import { sqrt, square } from "./unary.ts";

/** Options of `standardize`. */
export interface StandardizeOptions {
  /** The axes to take moments over; they must be the last ones. */
  readonly axes: readonly number[];
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number | undefined;
}

export interface StandardizeAttrs {
  /** How many axes, from the last. */
  readonly count: number;
  readonly epsilon: number;
}

/** The usual epsilon. */
const usualEpsilon = 1e-5;

export const standardizeOp = singleOp<StandardizeAttrs>({
  name: "standardize",
  infer: (inputs, { count }) => {
    const x = inputOf({ inputs });
    requireFloat("standardize", x);
    // Rows of several names have one size that a reshape infers, but only beside known widths.
    const width = productOf("standardize", x.shape.slice(-count));
    if (typeof width === "string") productOf("standardize", x.shape.slice(0, -count));
    return x;
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
    const { shape, dtype } = inputOf(node);
    const kept = shape.length - node.attrs.count;
    const { epsilon } = node.attrs;
    // ONNX Runtime has no float64 instance norm. On WebGPU (1.30) it keeps the shader of the first epsilon for all others.
    if (dtype === "float64" || (emitter.target === "webgpu" && epsilon !== usualEpsilon)) {
      return emitStandardize(emitter, x ?? "", shape.map((_, i) => i).slice(kept), epsilon, dtype);
    }
    const width = productOf("standardize", shape.slice(kept));
    // Instance norm over [rows, channels, width] is the fastest form ONNX Runtime has; it wants a known channel count.
    const last = shape[kept - 1];
    const channels = kept > 1 && typeof last === "number" ? last : 1;
    const outer = shape.slice(0, channels === 1 ? kept : kept - 1);
    // Rows of several names are one size that the reshape infers.
    const rows = sizeTerms(outer).symbols.length > 1 && typeof width === "number" ? "rows" : productOf("standardize", outer);
    const view: Shape = [rows, channels, width];
    const y = emitter.emit(
      "InstanceNormalization",
      [
        sameShape(view, shape) ? (x ?? "") : emitter.reshape(x, view),
        emitter.constant(new Float32Array(channels).fill(1), [channels]),
        emitter.constant(new Float32Array(channels), [channels]),
      ],
      { epsilon: { float: epsilon } },
    );
    return sameShape(view, shape) ? y : emitter.reshape(y, shape);
  },
});

function emitStandardize(emitter: Emitter<Tensor>, x: string, axes: readonly number[], epsilon: number, dtype: DType): string {
  const over = emitter.int64s(axes);
  const centred = emitter.emit("Sub", [x, emitter.emit("ReduceMean", [x, over])]);
  const spread = emitter.emit("ReduceMean", [emitter.emit("Mul", [centred, centred]), over]);
  const scale = emitter.emit("Sqrt", [emitter.emit("Add", [spread, emitter.scalar(epsilon, dtype)])]);
  return emitter.emit("Div", [centred, scale]);
}

function projectStandardized(node: Node<StandardizeAttrs>, g: Tensor): Tensor {
  const { count, epsilon } = node.attrs;
  const { c, r } = deviations(inputOf(node), count, epsilon);
  // With c = x − m: y = c r, dx = r (g − mean(g)) − c r³ mean(g c).
  return sub(mul(centred(g, count), r), mul(c, mul(mean(mul(g, c), lastAxes(count)), mul(r, square(r)))));
}

const lastAxes = (count: number): { readonly axes: number[]; readonly keepDims: true } => ({
  axes: Array.from({ length: count }, (_, i) => i - count),
  keepDims: true,
});

const centred = (x: Tensor, count: number): Tensor => sub(x, mean(x, lastAxes(count)));

/** The deviations c from the mean over the last axes, and r = 1/√(mean(c²) + ε). */
export function deviations(x: Tensor, count: number, epsilon: number): { readonly c: Tensor; readonly r: Tensor } {
  const c = centred(x, count);
  return { c, r: apply(inverseDeviationOp, { count, epsilon }, c) };
}

/** `1/√(mean(c²) + ε)` over the last axes, which stay with size 1. */
export const inverseDeviationOp = singleOp<StandardizeAttrs>({
  name: "inverseDeviation",
  infer: (inputs, { count }) => {
    const { shape, dtype } = inputOf({ inputs });
    return { shape: shape.map((dim, i) => (i < shape.length - count ? dim : 1)), dtype };
  },
  evaluate: (inputs, { count, epsilon }) => {
    const c = ndAt(inputs);
    const kept = c.shape.length - count;
    const width = sizeOf(c.shape.slice(kept));
    const out = nd(c.shape.map((dim, i) => (i < kept ? dim : 1)));
    for (let row = 0; row < out.data.length; row++) {
      const squares = c.data.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0);
      out.data[row] = 1 / Math.sqrt(squares / width + epsilon);
    }
    return out;
  },
  vjp: (node, g, { vjp }) => vjp([inverseDeviation(node)], [g], node.inputs),
  jvp: (node, [dc], _count, { jvp }) => dc && jvp([inverseDeviation(node)], node.inputs, [dc])[0],
  flops: (node, count) => 2 * count(inputOf(node).shape),
  lower: (emitter, node, [c = ""]) => {
    const { shape, dtype } = inputOf(node);
    const { count, epsilon } = node.attrs;
    const kept = shape.length - count;
    const [rows, row] = [shape.slice(0, kept), shape.slice(kept)];
    const width = isStatic(row) && rows.filter((dim) => typeof dim === "string").length <= 1 ? sizeOf(row) : undefined;
    if (emitter.target === "onnxruntime" && dtype === "float32" && width !== undefined) {
      // The sum of squares as products of rows with rows is twice as fast, but not with a factor behind it, which ONNX Runtime draws in.
      const view = emitter.reshape(c, [...rows, 1, width]);
      const squares = emitter.reshape(emitter.emitContrib("FusedMatMul", [view, view], { transB: 1 }), [...rows, ...row.map(() => 1)]);
      return emitter.emit("Div", [emitter.scalar(Math.sqrt(width)), emitter.emit("Sqrt", [emitter.emit("Add", [squares, emitter.scalar(epsilon * width)])])]);
    }
    const spread = emitter.emit("ReduceMean", [emitter.emit("Mul", [c, c]), emitter.int64s(shape.map((_, i) => i).slice(kept))]);
    const scale = emitter.emit("Sqrt", [emitter.emit("Add", [spread, emitter.scalar(epsilon, dtype)])]);
    return emitter.emit("Div", [emitter.scalar(1, dtype), scale]);
  },
});

const inverseDeviation = (node: Node<StandardizeAttrs>): Tensor =>
  div(1, sqrt(add(mean(square(inputOf(node)), lastAxes(node.attrs.count)), node.attrs.epsilon)));

/**
 * `(x − mean) / √(variance + ε)` over the last axes, the core of group and layer norm.
 *
 * @throws RangeError if `axes` are not the last ones, or `epsilon` is not above 0
 */
export function standardize(x: Tensor, { axes, epsilon = usualEpsilon }: StandardizeOptions): Tensor {
  const resolved = resolveAxes("standardize", x, axes);
  if (resolved.length === 0 || resolved.some((axis, i) => axis !== x.rank - resolved.length + i)) {
    throw new RangeError(`standardize: expected the last axes, got [${axes.join(", ")}] of ${x.toString()}`);
  }
  requireEpsilon("standardize", epsilon);
  return widened(x, (wide) => apply(standardizeOp, { count: resolved.length, epsilon }, wide));
}

/** Refuses what is not above 0: without it a constant would be divided by 0. */
export function requireEpsilon(name: string, epsilon: number): void {
  if (epsilon > 0) return;
  throw new RangeError(`${name}: expected an epsilon above 0, got ${String(epsilon)}`);
}
