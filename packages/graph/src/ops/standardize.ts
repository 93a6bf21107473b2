import type { Emitter } from "../emitter.ts";
import type { DType } from "../host.ts";
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf, outputOf } from "../tensor.ts";
import { productOf, sameShape, sizeOf, sizeTerms } from "../shape.ts";
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
  const x = inputOf(node);
  const y = outputOf(node);
  const axes = Array.from({ length: node.attrs.count }, (_, i) => i - node.attrs.count);
  const over = { axes, keepDims: true };
  const variance = mean(square(sub(x, mean(x, over))), over);
  const inverse = div(1, sqrt(add(variance, node.attrs.epsilon)));
  return mul(inverse, sub(sub(g, mean(g, over)), mul(y, mean(mul(g, y), over))));
}

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
