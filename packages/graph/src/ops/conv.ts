/**
 * @file 2-D convolution and its two adjoints. The three are one trilinear form Σ y·conv(x, w), differentiated in each
 * argument, so the derivatives of each are the others.
 */
import type { Emitter } from "../emitter.ts";
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import { dimAt, formatShape, productOf, staticDim } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { reshape, slice, stack } from "./shaping.ts";

/** Options of `conv2d`. */
export interface Conv2dOptions {
  /** Step of the window, from 1. Default 1. */
  readonly stride?: number | undefined;
  /** Zeros added on every side, from 0. Default 0. */
  readonly padding?: number | undefined;
}

/** The geometry, with all three sizes in it, so that each adjoint knows its output. */
export interface ConvAttrs {
  readonly stride: number;
  readonly padding: number;
  /** Spatial size of x. */
  readonly image: readonly [number, number];
  /** Spatial size of w. */
  readonly kernel: readonly [number, number];
  /** Spatial size of y. */
  readonly output: readonly [number, number];
}

type Triple = readonly [x: NdArray, w: NdArray];

/** Visits every (x, w, y) index triple of the trilinear form. */
function visit([x, w]: Triple, attrs: ConvAttrs, f: (ix: number, iw: number, iy: number) => void): void {
  const [n = 0, inputs = 0] = x.shape;
  const outputs = w.shape[0] ?? 0;
  const { stride, padding } = attrs;
  const [ih, iw] = attrs.image;
  const [kh, kw] = attrs.kernel;
  const [oh, ow] = attrs.output;
  for (let b = 0; b < n; b++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < inputs; c++)
        for (let r = 0; r < oh; r++)
          for (let s = 0; s < ow; s++)
            for (let p = 0; p < kh; p++)
              for (let q = 0; q < kw; q++) {
                const u = r * stride + p - padding;
                const v = s * stride + q - padding;
                if (u < 0 || v < 0 || u >= ih || v >= iw) continue;
                f(
                  ((b * inputs + c) * ih + u) * iw + v,
                  ((o * inputs + c) * kh + p) * kw + q,
                  ((b * outputs + o) * oh + r) * ow + s,
                );
              }
}

const spatial = (x: Tensor): [number, number] => [staticDim("conv2d", x.shape, 2), staticDim("conv2d", x.shape, 3)];

/** Applies a map on `[n, c, h, w]` to stacked tangents `[k, n, c, h, w]` by merging the stack into the batch. */
function onStack(tangent: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const [k, n]: [Dim, Dim] = [dimAt(tangent.shape, 0), dimAt(tangent.shape, 1)];
  const y = f(reshape(tangent, [productOf("stacked convolution", [k, n]), ...tangent.shape.slice(2)]));
  return reshape(y, [k, n, ...y.shape.slice(1)]);
}

/** For the argument that has no batch axis (weights): one pass per direction. */
function perDirection(tangent: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const count = staticDim("stacked convolution", tangent.shape, 0);
  return stack(
    Array.from({ length: count }, (_, i) => f(reshape(slice(tangent, 0, i, i + 1), tangent.shape.slice(1)))),
  );
}

const plus = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined => (a && b ? add(a, b) : (a ?? b));

const convOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2d",
  infer: (inputs, { output }) => {
    const [x, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(x.shape, 0), dimAt(w.shape, 0), ...output], dtype: x.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [x, w] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const y = nd([x.shape[0] ?? 0, w.shape[0] ?? 0, ...attrs.output]);
    visit([x, w], attrs, (ix, iw, iy) => (y.data[iy] = (y.data[iy] ?? 0) + (x.data[ix] ?? NaN) * (w.data[iw] ?? NaN)));
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
  lower: (emitter, { attrs }, inputs) =>
    emitter.emit("Conv", inputs, {
      kernel_shape: attrs.kernel,
      strides: [attrs.stride, attrs.stride],
      pads: Array.from({ length: 4 }, () => attrs.padding),
    }),
});

/** x̄ from ȳ and w: the adjoint in the image, a transposed convolution. */
const convInputOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2dInput",
  infer: (inputs, { image }) => {
    const [g, w] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(g.shape, 0), dimAt(w.shape, 1), ...image], dtype: g.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [g, w] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const x = nd([g.shape[0] ?? 0, w.shape[1] ?? 0, ...attrs.image]);
    visit([x, w], attrs, (ix, iw, iy) => (x.data[ix] = (x.data[ix] ?? 0) + (g.data[iy] ?? NaN) * (w.data[iw] ?? NaN)));
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
  lower: (emitter, { attrs }, inputs) => {
    // What the strided forward pass left over at the far edge comes back as output padding.
    const rest = attrs.image.map(
      (size, i) =>
        size - ((attrs.output[i] ?? 0) - 1) * attrs.stride - (attrs.kernel[i] ?? 0) + 2 * attrs.padding,
    );
    return emitter.emit("ConvTranspose", inputs, {
      kernel_shape: attrs.kernel,
      strides: [attrs.stride, attrs.stride],
      pads: Array.from({ length: 4 }, () => attrs.padding),
      output_padding: rest,
    });
  },
});

/** w̄ from x and ȳ: the adjoint in the weights, a product of image patches with ȳ. */
const convWeightOp: Op<ConvAttrs> = singleOp<ConvAttrs>({
  name: "conv2dWeight",
  infer: (inputs, { kernel }) => {
    const [x, g] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    return { shape: [dimAt(g.shape, 1), dimAt(x.shape, 1), ...kernel], dtype: x.dtype };
  },
  evaluate: (inputs, attrs) => {
    const [x, g] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const w = nd([g.shape[1] ?? 0, x.shape[1] ?? 0, ...attrs.kernel]);
    visit([x, w], attrs, (ix, iw, iy) => (w.data[iw] = (w.data[iw] ?? 0) + (g.data[iy] ?? NaN) * (x.data[ix] ?? NaN)));
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
  lower: lowerConvWeight,
});

/** One matrix product per example, of ȳ `[o, pixels]` with the image patches `[taps · c, pixels]`, then their sum. */
function lowerConvWeight(emitter: Emitter<Tensor>, node: Node<ConvAttrs>, [x = "", g]: readonly string[]): string {
  const { padding, kernel, output } = node.attrs;
  const batch = dimAt(inputOf(node).shape, 0);
  const channels = staticDim("conv2d", inputOf(node, 0).shape, 1);
  const outputs = staticDim("conv2d", inputOf(node, 1).shape, 1);
  const pixels = output[0] * output[1];
  const pads = emitter.int64s(Array.from({ length: 4 }, () => padding));
  const padded = padding === 0 ? x : emitter.emit("Pad", [x, pads, "", emitter.int64s([2, 3])]);
  const taps = lowerTaps(emitter, node.attrs, padded);
  const patches = taps.length === 1 ? taps[0] : emitter.emit("Concat", taps, { axis: 1 });
  const rows = emitter.reshape(patches, [batch, taps.length * channels, pixels]);
  const columns = emitter.reshape(g, [batch, outputs, pixels]);
  const products =
    emitter.target === "onnxruntime" && inputOf(node).dtype === "float32"
      ? emitter.emitContrib("FusedMatMul", [columns, rows], { transB: 1 })
      : emitter.emit("MatMul", [columns, emitter.emit("Transpose", [rows], { perm: [0, 2, 1] })]);
  const total = emitter.emit("ReduceSum", [products, emitter.int64s([0])], { keepdims: 0 });
  const byTap = emitter.reshape(total, [outputs, taps.length, channels]);
  return emitter.reshape(emitter.emit("Transpose", [byTap], { perm: [0, 2, 1] }), [outputs, channels, ...kernel]);
}

/** What each position of the window sees of the padded image: `kh · kw` tensors `[n, c, h', w']`. */
function lowerTaps(emitter: Emitter<Tensor>, { stride, kernel, output }: ConvAttrs, padded: string): string[] {
  if (kernel[0] * kernel[1] === 1 && stride === 1) return [padded];
  const reach = output.map((size) => (size - 1) * stride + 1);
  return Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const start = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    const end = start.map((from, i) => from + (reach[i] ?? 0));
    const [axes, steps] = [emitter.int64s([2, 3]), emitter.int64s([stride, stride])];
    return emitter.emit("Slice", [padded, emitter.int64s(start), emitter.int64s(end), axes, steps]);
  });
}

/**
 * 2-D convolution (cross-correlation) of images `[n, c, h, w]` with weights `[o, c, kh, kw]`.
 *
 * @returns `[n, o, h', w']` with `h' = floor((h + 2 padding − kh)/stride) + 1`
 * @throws RangeError if channels disagree or the window does not fit
 */
export function conv2d(x: Tensor, w: Tensor, { stride = 1, padding = 0 }: Conv2dOptions = {}): Tensor {
  if (x.rank !== 4 || w.rank !== 4 || x.shape[1] !== w.shape[1]) {
    throw new RangeError(
      `conv2d: expected x [n, c, h, w] and weights [o, c, kh, kw] with equal c, got ${formatShape(x.shape)} and ${formatShape(w.shape)}`,
    );
  }
  if (!Number.isInteger(stride) || stride < 1 || !Number.isInteger(padding) || padding < 0) {
    throw new RangeError(
      `conv2d: expected stride >= 1 and padding >= 0, got ${String(stride)} and ${String(padding)}`,
    );
  }
  const [image, kernel] = [spatial(x), spatial(w)];
  const size = (i: 0 | 1): number => Math.floor((image[i] + 2 * padding - kernel[i]) / stride) + 1;
  const output: [number, number] = [size(0), size(1)];
  if (Math.min(...output) < 1) {
    throw new RangeError(
      `conv2d: the ${kernel.join("×")} window does not fit the ${image.join("×")} image with padding ${String(padding)}`,
    );
  }
  return apply(convOp, { stride, padding, image, kernel, output }, x, w);
}

// ---- resampling by whole factors

interface ResampleAttrs {
  readonly factor: number;
}

const resampled = (shape: Shape, scale: (size: number) => number): Shape => [
  ...shape.slice(0, 2),
  scale(staticDim("resample", shape, 2)),
  scale(staticDim("resample", shape, 3)),
];

/** Maps each fine pixel to its coarse one. */
function eachPixel(fine: NdArray, factor: number, f: (fineAt: number, coarseAt: number) => void): void {
  const [h = 0, w = 0] = fine.shape.slice(2);
  for (let i = 0; i < fine.data.length; i++) {
    const column = i % w;
    const row = Math.floor(i / w) % h;
    const plane = Math.floor(i / (w * h));
    f(i, (plane * (h / factor) + Math.floor(row / factor)) * (w / factor) + Math.floor(column / factor));
  }
}

const upsampleOp: Op<ResampleAttrs> = singleOp<ResampleAttrs>({
  name: "upsampleNearest",
  infer: (inputs, { factor }) => ({ shape: resampled(inputOf({ inputs }).shape, (n) => n * factor), dtype: inputOf({ inputs }).dtype }),
  evaluate: (inputs, { factor }) => {
    const x = ndAt(inputs);
    const [n = 0, c = 0, h = 0, w = 0] = x.shape;
    const y = nd([n, c, h * factor, w * factor]);
    eachPixel(y, factor, (fine, coarse) => (y.data[fine] = x.data[coarse] ?? NaN));
    return y;
  },
  vjp: ({ attrs }, g) => [apply(sumPoolOp, attrs, g)],
  jvp: ({ attrs }, [dx]) => dx && onStack(dx, (t) => apply(upsampleOp, attrs, t)),
  lower: (emitter, { attrs }, [x = ""]) =>
    emitter.emit("Resize", [x, "", emitter.floats([1, 1, attrs.factor, attrs.factor])], {
      mode: "nearest",
      nearest_mode: "floor",
      coordinate_transformation_mode: "asymmetric",
    }),
});

const sumPoolOp: Op<ResampleAttrs> = singleOp<ResampleAttrs>({
  name: "sumPool2d",
  infer: (inputs, { factor }) => ({ shape: resampled(inputOf({ inputs }).shape, (n) => n / factor), dtype: inputOf({ inputs }).dtype }),
  evaluate: (inputs, { factor }) => {
    const x = ndAt(inputs);
    const [n = 0, c = 0, h = 0, w = 0] = x.shape;
    const y = nd([n, c, h / factor, w / factor]);
    eachPixel(x, factor, (fine, coarse) => (y.data[coarse] = (y.data[coarse] ?? 0) + (x.data[fine] ?? NaN)));
    return y;
  },
  vjp: ({ attrs }, g) => [apply(upsampleOp, attrs, g)],
  jvp: ({ attrs }, [dx]) => dx && onStack(dx, (t) => apply(sumPoolOp, attrs, t)),
  lower: (emitter, { attrs }, inputs) => {
    const window = [attrs.factor, attrs.factor];
    const mean = emitter.emit("AveragePool", inputs, { kernel_shape: window, strides: window });
    return emitter.emit("Mul", [mean, emitter.scalar(attrs.factor ** 2)]);
  },
});

function checkResample(name: string, x: Tensor, factor: number, divides: boolean): void {
  const ok = x.rank === 4 && Number.isInteger(factor) && factor >= 1;
  if (!ok || (divides && spatial(x).some((size) => size % factor !== 0))) {
    throw new RangeError(
      `${name}: expected [n, c, h, w] and a whole factor${divides ? " that divides h and w" : ""}, got ${formatShape(x.shape)} and ${String(factor)}`,
    );
  }
}

/** Repeats every pixel of `[n, c, h, w]` `factor` times along h and w. */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  checkResample("upsampleNearest", x, factor, false);
  return apply(upsampleOp, { factor }, x);
}

/** The mean over windows of `size`×`size` pixels of `[n, c, h, w]`, which `size` must divide. */
export function avgPool2d(x: Tensor, size: number): Tensor {
  checkResample("avgPool2d", x, size, true);
  return mul(apply(sumPoolOp, { factor: size }, x), 1 / size ** 2);
}
