/** @file Ops that only the lowering makes, out of differentiated programs; they have no derivatives of their own. */
import { mapNd, nd, ndAt } from "../ndarray.ts";
import { singleOp } from "../op.ts";
import { inputOf, only } from "../tensor.ts";
import { sizeOf, staticDim } from "../shape.ts";
import { convOp } from "./conv-adjoints.ts";
import type { ConvAttrs } from "./conv-adjoints.ts";
import { matmulOp } from "./matmul.ts";
import type { MatmulAttrs } from "./matmul.ts";
import { emitPad } from "./pad.ts";
import { sumOp } from "./reduce.ts";
import { standardizeOp } from "./standardize.ts";
import type { StandardizeAttrs } from "./standardize.ts";
import type { ReduceAttrs } from "./reduce.ts";

/** `a b + c` of matrices. */
export const gemmOp = singleOp<MatmulAttrs>({
  name: "gemm",
  infer: (inputs, attrs) => only(matmulOp.infer(inputs, attrs)),
  evaluate: (inputs, attrs, run) => mapNd((x, y) => x + y, only(matmulOp.evaluate(inputs, attrs, run)), ndAt(inputs, 2)),
  flops: (node, count) => (matmulOp.flops?.(node, count) ?? 0) + count(only(node.outputs).shape),
  contraction: true,
  lower: (emitter, { attrs }, inputs) =>
    emitter.emit("Gemm", inputs, { transA: Number(attrs.transposeA), transB: Number(attrs.transposeB) }),
});

/** A convolution with a bias `[o]`. */
export const biasedConvOp = singleOp<ConvAttrs>({
  name: "biasedConv2d",
  infer: (inputs, attrs) => only(convOp.infer(inputs, attrs)),
  evaluate: (inputs, attrs, run) => {
    const bias = ndAt(inputs, 2);
    return mapNd((x, y) => x + y, only(convOp.evaluate(inputs, attrs, run)), nd([...bias.shape, 1, 1], bias.data));
  },
  flops: (node, count) => (convOp.flops?.(node, count) ?? 0) + count(only(node.outputs).shape),
  contraction: true,
  lower: (emitter, node, values) => only(convOp.lower(emitter, node, values)),
});

/** Σ x² over axes, which stay with size 1. */
export const sumSquareOp = singleOp<ReduceAttrs>({
  name: "sumSquare",
  infer: (inputs, attrs) => only(sumOp.infer([inputOf({ inputs })], attrs)),
  evaluate: (inputs, attrs, run) => only(sumOp.evaluate([mapNd((x) => x * x, ndAt(inputs))], attrs, run)),
  flops: (node, count) => 2 * count(inputOf(node).shape),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("ReduceSumSquare", [x, emitter.int64s(attrs.axes)]),
});

/** The sum of the rows of a matrix `[m, n]` with known m: `[n]`. */
export const columnSumOp = singleOp<null>({
  name: "columnSum",
  infer: (inputs) => ({ shape: inputOf({ inputs }).shape.slice(1), dtype: inputOf({ inputs }).dtype }),
  evaluate: (inputs, _attrs, run) => {
    const { shape, data } = only(sumOp.evaluate(inputs, { axes: [0] }, run));
    return { shape: shape.slice(1), data };
  },
  flops: (node, count) => count(inputOf(node).shape),
  lower: (emitter, node, [x = ""]) => {
    const rows = staticDim("columnSum", inputOf(node).shape, 0);
    return emitter.emit("MatMul", [emitter.constant(new Float32Array(rows).fill(1), [rows], inputOf(node).dtype), x]);
  },
});

/** `size` entries of an axis from `start`; beyond its ends they are 0, but some lie within. */
export const shiftOp = singleOp<{ readonly axis: number; readonly start: number; readonly size: number }>({
  name: "shift",
  infer: (inputs, { axis, size }) => {
    const { shape, dtype } = inputOf({ inputs });
    return { shape: shape.map((dim, i) => (i === axis ? size : dim)), dtype };
  },
  evaluate: (inputs, { axis, start, size }) => {
    const x = ndAt(inputs);
    const inner = sizeOf(x.shape.slice(axis + 1));
    const dim = x.shape[axis] ?? 0;
    const out = nd(x.shape.map((d, i) => (i === axis ? size : d)));
    out.data.forEach((_, i) => {
      const at = (Math.floor(i / inner) % size) + start;
      const row = Math.floor(i / (inner * size));
      if (at >= 0 && at < dim) out.data[i] = x.data[(row * dim + at) * inner + (i % inner)] ?? NaN;
    });
    return out;
  },
  flops: () => 0,
  lower: (emitter, node, [x = ""]) => {
    const { axis, start, size } = node.attrs;
    const { shape } = inputOf(node);
    const along = (width: number): number[] => shape.map((_, i) => (i === axis ? width : 0));
    // Negative widths cut off.
    return emitPad(emitter, x, along(-start), along(start + size - staticDim("shift", shape, axis)));
  },
});

/** Standardised, then scaled and shifted by tensors of the shape of the last axes. */
export const layerNormOp = singleOp<StandardizeAttrs>({
  name: "layerNorm",
  infer: (inputs, attrs) => only(standardizeOp.infer(inputs, attrs)),
  evaluate: (inputs, attrs, run) => {
    const standard = only(standardizeOp.evaluate(inputs, attrs, run));
    return mapNd((x = NaN, scale = NaN, shift = NaN) => x * scale + shift, standard, ndAt(inputs, 1), ndAt(inputs, 2));
  },
  flops: (node, count) => 7 * count(inputOf(node).shape),
  lower: (emitter, { attrs }, inputs) =>
    emitter.emit("LayerNormalization", inputs, { axis: -attrs.count, epsilon: { float: attrs.epsilon } }),
});
