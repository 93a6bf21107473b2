/** @file Pools over one and two axes, and whole-factor upsampling, which is the adjoint of an average pool. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, productOf, sizeOf } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { constant } from "./constant.ts";
import { foldOp, isTiling, padToImage, patchesOp } from "./patches.ts";
import { sum } from "./reduce.ts";
import { expandDims } from "./reshape.ts";
import {
  asImage, formatPair, onStack, perAxis, poolAttributes, slide, spatial, transposedAttributes, visitWindow, withoutHeight,
} from "./window.ts";
import type { Caller, Pair, PerAxis, Window } from "./window.ts";

/** Options of `maxPool2d`. Pairs are `[height, width]`. */
export interface Pool2dOptions {
  /** Step of the window, from 1. Default: the window, so that windows touch and do not overlap. */
  readonly stride?: PerAxis | undefined;
  /** Pixels added on both sides of an axis, from 0 and below the window. Default 0. */
  readonly padding?: PerAxis | undefined;
}

/** Options of `avgPool2d`. Pairs are `[height, width]`. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /**
   * Whether padding counts as zeros that are averaged in (PyTorch's default), instead of being left out of the mean
   * (ONNX's default). Default false: left out.
   */
  readonly countIncludePad?: boolean | undefined;
}

/** Options of `maxPool1d`, as of `maxPool2d` but for the one axis. */
export interface Pool1dOptions {
  readonly stride?: number | undefined;
  readonly padding?: number | undefined;
}

/** Options of `avgPool1d`, as of `avgPool2d` but for the one axis. */
export interface AvgPool1dOptions extends Pool1dOptions {
  readonly countIncludePad?: boolean | undefined;
}

// ---- the mean over windows, and its adjoint

const pooledType = (inputs: readonly Tensor[], size: Pair): Pick<Tensor, "shape" | "dtype"> => {
  const { shape, dtype } = inputOf({ inputs });
  return { shape: [...shape.slice(0, 2), ...size], dtype };
};

/** Planes of `size` pixels, filled with `initial`; `f` visits pairs of a pixel of an image and a place of the window. */
function pooled(x: NdArray, window: Window, size: Pair, initial: number, f: (y: Float64Array, pixel: number, place: number) => void): NdArray {
  const y = nd([...x.shape.slice(0, 2), ...size]);
  y.data.fill(initial);
  const [image, places] = [sizeOf(window.image), sizeOf(window.output)];
  const planes = sizeOf(x.shape.slice(0, 2));
  visitWindow(window, (pixel, _tap, place) => {
    for (let plane = 0; plane < planes; plane++) f(y.data, plane * image + pixel, plane * places + place);
  });
  return y;
}

/** The mean over windows, padding counted as zeros. */
const meanOp: Op<Window> = singleOp<Window>({
  name: "avgPool2d",
  infer: (inputs, { output }) => pooledType(inputs, output),
  evaluate: (inputs, window) => {
    const x = ndAt(inputs);
    const share = 1 / sizeOf(window.kernel);
    return pooled(x, window, window.output, 0, (y, pixel, place) => (y[place] = (y[place] ?? 0) + share * (x.data[pixel] ?? NaN)));
  },
  vjp: ({ attrs }, g) => [mul(apply(spreadOp, attrs, g), 1 / sizeOf(attrs.kernel))],
  jvp: ({ attrs }, [dx]) => dx && onStack(dx, (t) => apply(meanOp, attrs, t)),
  flops: (node, count) => sizeOf(node.attrs.kernel) * count(outputOf(node).shape),
  lower: (emitter, { attrs }, inputs) =>
    emitter.emit("AveragePool", inputs, { ...poolAttributes(attrs), count_include_pad: 1 }),
});

/** Gives every pixel the sum over the places that saw it; upsampling, where windows are tiles. */
const spreadOp: Op<Window> = singleOp<Window>({
  name: "upsampleNearest",
  infer: (inputs, { image }) => pooledType(inputs, image),
  evaluate: (inputs, window) => {
    const g = ndAt(inputs);
    return pooled(g, window, window.image, 0, (x, pixel, place) => (x[pixel] = (x[pixel] ?? 0) + (g.data[place] ?? NaN)));
  },
  vjp: ({ attrs }, g) => [mul(apply(meanOp, attrs, g), sizeOf(attrs.kernel))],
  jvp: ({ attrs }, [dg]) => dg && onStack(dg, (t) => apply(spreadOp, attrs, t)),
  flops: (node, count) => (isTiling(node.attrs) ? 0 : sizeOf(node.attrs.kernel) * count(inputOf(node).shape)),
  lower: (emitter, node, [g = ""]) => {
    const { kernel, output, image } = node.attrs;
    if (isTiling(node.attrs)) {
      const repeated = emitter.emit("Resize", [g, "", emitter.floats([1, 1, ...kernel])], {
        mode: "nearest",
        nearest_mode: "floor",
        coordinate_transformation_mode: "asymmetric",
      });
      return padToImage(emitter, repeated, node.attrs);
    }
    const { shape, dtype } = inputOf(node);
    const [n, c] = [dimAt(shape, 0), dimAt(shape, 1)];
    const planes = emitter.reshape(g, [productOf("avgPool2d", [n, c]), 1, ...output]);
    const weights = emitter.constant(new Float64Array(sizeOf(kernel)).fill(1), [1, 1, ...kernel], dtype);
    return emitter.reshape(emitter.emit("ConvTranspose", [planes, weights], transposedAttributes(node.attrs)), [n, c, ...image]);
  },
});

/** How many pixels of the image, and not of the padding, the window sees at every place. */
function seen(window: Window): Float64Array {
  const counts = new Float64Array(sizeOf(window.output));
  visitWindow(window, (_pixel, _tap, place) => (counts[place] = (counts[place] ?? 0) + 1));
  return counts;
}

// ---- the largest of windows

const maxOp: Op<Window> = singleOp<Window>({
  name: "maxPool2d",
  infer: (inputs, { output }) => pooledType(inputs, output),
  evaluate: (inputs, window) => {
    const x = ndAt(inputs);
    return pooled(x, window, window.output, -Infinity, (y, pixel, place) => (y[place] = Math.max(y[place] ?? NaN, x.data[pixel] ?? NaN)));
  },
  vjp: (node, g) => [apply(foldOp, node.attrs, mul(shares(node), expandDims(g, 1)))],
  jvp: (node, [dx]) =>
    dx && sum(mul(onStack(dx, (t) => apply(patchesOp, node.attrs, t)), shares(node)), { axes: [2] }),
  flops: (node, count) => sizeOf(node.attrs.kernel) * count(outputOf(node).shape),
  lower: (emitter, { attrs }, inputs) => emitter.emit("MaxPool", inputs, poolAttributes(attrs)),
});

/** What part of a window's derivative each tap takes, `[n, taps, c, h', w']`: ties share equally, as in `max`. */
function shares(node: Node<Window>): Tensor {
  const window = node.attrs;
  const { dtype } = inputOf(node);
  const hit = cast(equal(apply(patchesOp, window, inputOf(node)), expandDims(outputOf(node), 1)), dtype);
  const hits = Math.max(...window.padding) === 0 ? hit : mul(hit, insideMask(window, dtype));
  return div(hits, sum(hits, { axes: [1], keepDims: true }));
}

/** 1 where a tap sees the image, 0 where it sees padding. */
function insideMask(window: Window, dtype: Tensor["dtype"]): Tensor {
  const places = sizeOf(window.output);
  const mask = new Float64Array(sizeOf(window.kernel) * places);
  visitWindow(window, (_pixel, tap, place) => (mask[tap * places + place] = 1));
  return constant(mask, [sizeOf(window.kernel), 1, ...window.output], dtype);
}

// ---- the checked way in

function poolWindow(caller: Caller, image: Tensor, size: PerAxis, options: Pool2dOptions): Window {
  const kernel = perAxis(caller, "a window", size, 1);
  const stride = perAxis(caller, "stride", options.stride ?? size, 1);
  const padding = perAxis(caller, "padding", options.padding ?? 0, 0);
  if (padding.some((width, i) => width > 0 && width >= (kernel[i] ?? 0))) {
    throw new RangeError(
      `${caller.name}: expected padding below the ${formatPair(caller, kernel)} window, got ${formatPair(caller, padding)}`,
    );
  }
  return slide(caller, { image: spatial(caller.name, image), kernel, stride, padding, dilation: [1, 1] });
}

function maxPool(caller: Caller, x: Tensor, size: PerAxis, options: Pool2dOptions): Tensor {
  const image = asImage(caller, x);
  return withoutHeight(caller.axes, apply(maxOp, poolWindow(caller, image, size, options), image));
}

function avgPool(caller: Caller, x: Tensor, size: PerAxis, options: AvgPool2dOptions): Tensor {
  const image = asImage(caller, x);
  const window = poolWindow(caller, image, size, options);
  const mean = apply(meanOp, window, image);
  const whole = options.countIncludePad === true || Math.max(...window.padding) === 0;
  const scale = (): Tensor => constant(seen(window).map((count) => sizeOf(window.kernel) / count), window.output, x.dtype);
  return withoutHeight(caller.axes, whole ? mean : mul(mean, scale()));
}

/**
 * The largest value over windows of images `[n, c, h, w]`. Padding never wins. Where several pixels of a window are
 * equally large they share its derivative equally, as in `max`.
 *
 * @param window - its size in pixels, from 1; one number for a square
 * @returns `[n, c, h', w']` with `h' = ⌊(h + 2 padding − window)/stride⌋ + 1`; pixels beyond the last window are dropped
 * @throws RangeError if the window does not fit or an option is ill
 */
export function maxPool2d(x: Tensor, window: PerAxis, options: Pool2dOptions = {}): Tensor {
  return maxPool({ name: "maxPool2d", axes: 2 }, x, window, options);
}

/**
 * The largest value over windows of signals `[n, c, l]`, as `maxPool2d`.
 *
 * @throws RangeError if the window does not fit or an option is ill
 */
export function maxPool1d(x: Tensor, window: number, options: Pool1dOptions = {}): Tensor {
  return maxPool({ name: "maxPool1d", axes: 1 }, x, window, options);
}

/**
 * The mean over windows of images `[n, c, h, w]`.
 *
 * @param window - its size in pixels, from 1; one number for a square
 * @returns `[n, c, h', w']` with `h' = ⌊(h + 2 padding − window)/stride⌋ + 1`; pixels beyond the last window are dropped
 * @throws RangeError if the window does not fit or an option is ill
 */
export function avgPool2d(x: Tensor, window: PerAxis, options: AvgPool2dOptions = {}): Tensor {
  return avgPool({ name: "avgPool2d", axes: 2 }, x, window, options);
}

/**
 * The mean over windows of signals `[n, c, l]`, as `avgPool2d`.
 *
 * @throws RangeError if the window does not fit or an option is ill
 */
export function avgPool1d(x: Tensor, window: number, options: AvgPool1dOptions = {}): Tensor {
  return avgPool({ name: "avgPool1d", axes: 1 }, x, window, options);
}

/**
 * Repeats every pixel of `[n, c, h, w]` `factor` times along h and w.
 *
 * @throws RangeError if the factor is no whole number from 1
 */
export function upsampleNearest(x: Tensor, factor: PerAxis): Tensor {
  const caller: Caller = { name: "upsampleNearest", axes: 2 };
  const output = spatial(caller.name, asImage(caller, x));
  const kernel = perAxis(caller, "a factor", factor, 1);
  const image: Pair = [output[0] * kernel[0], output[1] * kernel[1]];
  return apply(spreadOp, { image, kernel, stride: kernel, padding: [0, 0], dilation: [1, 1], output }, x);
}
