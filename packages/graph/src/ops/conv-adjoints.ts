/**
 * @file Convolution and its two adjoints. The three are one trilinear form Σ y·conv(x, w), differentiated in each
 * argument, so the derivatives of each are the others.
 */
import type { Emitter } from "../emitter.ts";
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, sizeOf, staticDim } from "../shape.ts";
import { inputOf, only } from "../tensor.ts";
import type { ElementCount, Node, Op, Tensor } from "../tensor.ts";
import { add } from "./binary.ts";
import { lowerConv, turnedWindow } from "./lower-conv.ts";
import { lowerPatches } from "./patches.ts";
import { stack } from "./concat.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { onStack, transposedAttributes, visitWindow } from "./window.ts";
import type { Window } from "./window.ts";

/** A window whose channels fall into groups that do not see each other. */
export interface ConvAttrs extends Window {
  readonly groups: number;
}

/** Visits every (x, w, y) index triple of the trilinear form. */
function visit(x: NdArray, w: NdArray, attrs: ConvAttrs, f: (ix: number, iw: number, iy: number) => void): void {
  const [n = 0, inputs = 0] = x.shape;
  const [outputs = 0, own = 0] = w.shape;
  const [image, taps, places] = [sizeOf(attrs.image), sizeOf(attrs.kernel), sizeOf(attrs.output)];
  const perGroup = outputs / attrs.groups;
  visitWindow(attrs, (pixel, tap, place) => {
    for (let b = 0; b < n; b++)
      for (let o = 0; o < outputs; o++)
        for (let c = 0; c < own; c++) {
          const from = Math.floor(o / perGroup) * own + c;
          f((b * inputs + from) * image + pixel, (o * own + c) * taps + tap, (b * outputs + o) * places + place);
        }
  });
}

/** For the argument that has no batch axis (weights): one pass per direction. */
function perDirection(tangent: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const count = staticDim("stacked convolution", tangent.shape, 0);
  return stack(
    Array.from({ length: count }, (_, i) => f(reshape(slice(tangent, 0, i, i + 1), tangent.shape.slice(1)))),
  );
}

/** Each of the three meets every weight once for every place of every image. */
const convFlops = ({ inputs, attrs }: Node<ConvAttrs>, weights: Tensor, count: ElementCount): number =>
  2 * count([dimAt(inputOf({ inputs }).shape, 0), ...weights.shape, ...attrs.output]);

const plus = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined => (a && b ? add(a, b) : (a ?? b));

/** y from x `[n, c, h, w]` and w `[o, c/groups, kh, kw]`. */
export const convOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2d",
  infer: (inputs, { output }) => {
    const [x, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(x.shape, 0), dimAt(w.shape, 0), ...output], dtype: x.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [x, w] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const y = nd([x.shape[0] ?? 0, w.shape[0] ?? 0, ...attrs.output]);
    visit(x, w, attrs, (ix, iw, iy) => (y.data[iy] = (y.data[iy] ?? 0) + (x.data[ix] ?? NaN) * (w.data[iw] ?? NaN)));
    return y;
  },
  vjp: ({ inputs, attrs }, g) => {
    const [x, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return [apply(convInputOp, attrs, g, w), apply(convWeightOp, attrs, x, g)];
  },
  jvp: ({ inputs, attrs }, [dx, dw]) => {
    const [x, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return plus(
      dx && onStack(dx, (t) => apply(convOp, attrs, t, w)),
      dw && perDirection(dw, (t) => apply(convOp, attrs, x, t)),
    );
  },
  flops: (node, count) => convFlops(node, inputOf(node, 1), count),
  contraction: true,
  lower: (emitter, node, values) =>
    lowerConv(emitter, node.attrs, { x: inputOf(node), w: inputOf(node, 1), turned: false, groups: node.attrs.groups }, values),
});

/** x̄ from ȳ and w: the adjoint in the image, a transposed convolution. */
export const convInputOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2dInput",
  infer: (inputs, { image, groups }) => {
    const [g, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(g.shape, 0), staticDim("conv2d", w.shape, 1) * groups, ...image], dtype: g.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [g, w] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const x = nd([g.shape[0] ?? 0, (w.shape[1] ?? 0) * attrs.groups, ...attrs.image]);
    visit(x, w, attrs, (ix, iw, iy) => (x.data[ix] = (x.data[ix] ?? 0) + (g.data[iy] ?? NaN) * (w.data[iw] ?? NaN)));
    return x;
  },
  vjp: ({ inputs, attrs }, c) => {
    const [g, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return [apply(convOp, attrs, c, w), apply(convWeightOp, attrs, c, g)];
  },
  jvp: ({ inputs, attrs }, [dg, dw]) => {
    const [g, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return plus(
      dg && onStack(dg, (t) => apply(convInputOp, attrs, t, w)),
      dw && perDirection(dw, (t) => apply(convInputOp, attrs, g, t)),
    );
  },
  flops: (node, count) => convFlops(node, inputOf(node, 1), count),
  contraction: true,
  lower: (emitter, node, values) => {
    const { attrs } = node;
    const { groups } = attrs;
    const turned = emitter.target === "onnxruntime" && groups === 1 ? turnedWindow(attrs) : undefined;
    // Up to 1.4 times as fast as the transposed convolution.
    if (turned) return lowerConv(emitter, turned, { x: inputOf(node), w: inputOf(node, 1), turned: true, groups }, values);
    return emitter.emit("ConvTranspose", values, { ...transposedAttributes(attrs), group: groups });
  },
});

/** w̄ from x and ȳ: the adjoint in the weights, a product of image patches with ȳ. */
export const convWeightOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2dWeight",
  infer: (inputs, { kernel, groups }) => {
    const [x, g] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(g.shape, 1), staticDim("conv2d", x.shape, 1) / groups, ...kernel], dtype: x.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [x, g] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const w = nd([g.shape[1] ?? 0, (x.shape[1] ?? 0) / attrs.groups, ...attrs.kernel]);
    visit(x, w, attrs, (ix, iw, iy) => (w.data[iw] = (w.data[iw] ?? 0) + (g.data[iy] ?? NaN) * (x.data[ix] ?? NaN)));
    return w;
  },
  vjp: ({ inputs, attrs }, c) => {
    const [x, g] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return [apply(convInputOp, attrs, g, c), apply(convOp, attrs, x, c)];
  },
  jvp: ({ inputs, attrs }, [dx, dg]) => {
    const [x, g] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return plus(
      dx && perDirection(dx, (t) => apply(convWeightOp, attrs, t, g)),
      dg && perDirection(dg, (t) => apply(convWeightOp, attrs, x, t)),
    );
  },
  flops: (node, count) => convFlops(node, only(node.outputs), count),
  contraction: true,
  lower: lowerConvWeight,
});

/** One matrix product per example and group, of ȳ `[o, places]` with the image patches `[taps · c, places]`, then their sum. */
function lowerConvWeight(emitter: Emitter<Tensor>, node: Node<ConvAttrs>, [x = "", g]: readonly string[]): string {
  const { groups, kernel, output } = node.attrs;
  const image = inputOf(node);
  const batch = dimAt(image.shape, 0);
  const channels = staticDim("conv2d", image.shape, 1) / groups;
  const outputs = staticDim("conv2d", inputOf(node, 1).shape, 1);
  const [taps, places] = [sizeOf(kernel), sizeOf(output)];
  const group = groups === 1 ? [] : [groups];
  const rows = emitter.reshape(lowerPatches(emitter, node.attrs, x, image.shape, groups), [batch, ...group, taps * channels, places]);
  const columns = emitter.reshape(g, [batch, ...group, outputs / groups, places]);
  const perm = groups === 1 ? [0, 2, 1] : [0, 1, 3, 2];
  const products =
    emitter.target === "onnxruntime" && image.dtype === "float32"
      ? emitter.emitContrib("FusedMatMul", [columns, rows], { transB: 1 })
      : emitter.emit("MatMul", [columns, emitter.emit("Transpose", [rows], { perm })]);
  const total = emitter.emit("ReduceSum", [products, emitter.int64s([0])], { keepdims: 0 });
  const byTap = emitter.reshape(total, [outputs, taps, channels]);
  return emitter.reshape(emitter.emit("Transpose", [byTap], { perm: [0, 2, 1] }), [outputs, channels, ...kernel]);
}
