/** @file The geometry that convolutions and pools share: a window that moves over an image. */
import type { Attributes } from "../emitter.ts";
import { formatShape, productOf, dimAt, staticDim } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { requireFloat } from "./checks.ts";

/** Height and width. */
export type Pair = readonly [height: number, width: number];

/** One value for both axes, or `[height, width]`. */
export type PerAxis = number | Pair;

/** A window over an image, with all sizes in it, so that adjoints know their outputs. One dimension has height 1. */
export interface Window {
  readonly image: Pair;
  /** Taps of the window. */
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Zeros added on both sides. */
  readonly padding: Pair;
  /** Distance between taps. */
  readonly dilation: Pair;
  /** Places that the window takes. */
  readonly output: Pair;
}

/** What calls one op: its name, and the number of spatial axes the user sees. */
export interface Caller {
  readonly name: string;
  readonly axes: 1 | 2;
}

export const mapPair = (f: (axis: 0 | 1) => number): Pair => [f(0), f(1)];

/** `3×5`, or just `5` in one dimension. */
export const formatPair = ({ axes }: Caller, pair: Pair): string => (axes === 1 ? String(pair[1]) : pair.join("×"));

/** Reads an option with whole values from `least`, which is also what a missing height counts as. */
export function perAxis({ name, axes }: Caller, option: string, value: PerAxis, least: 0 | 1): Pair {
  const given: readonly number[] = typeof value === "number" ? (axes === 1 ? [least, value] : [value, value]) : value;
  const [h = NaN, w = NaN] = given;
  const fits = axes === 2 || typeof value === "number";
  if (fits && given.length === 2 && [h, w].every((v) => Number.isInteger(v) && v >= least)) return [h, w];
  const pairs = axes === 1 ? "" : " or a pair [h, w] of them";
  throw new RangeError(
    `${name}: expected ${option} as a whole number from ${String(least)}${pairs}, got ${JSON.stringify(value)}`,
  );
}

/** The extent of a dilated window. */
export const reach = ({ kernel, dilation }: Pick<Window, "kernel" | "dilation">): Pair =>
  mapPair((i) => dilation[i] * (kernel[i] - 1) + 1);

/**
 * Slides a window over an image as often as it fits.
 *
 * @throws RangeError if it does not fit once
 */
export function slide(caller: Caller, window: Omit<Window, "output">): Window {
  const { image, padding, stride } = window;
  const extent = reach(window);
  const output = mapPair((i) => Math.floor((image[i] + 2 * padding[i] - extent[i]) / stride[i]) + 1);
  if (Math.min(...output) >= 1) return { ...window, output };
  const [taps, pixels, zeros] = [window.kernel, image, padding].map((pair) => formatPair(caller, pair));
  const dilated = extent.join() === window.kernel.join() ? "" : `, dilated ${formatPair(caller, extent)},`;
  throw new RangeError(
    `${caller.name}: a window of ${taps ?? ""}${dilated} does not fit into ${pixels ?? ""} with padding ${zeros ?? ""}; use a smaller window or more padding`,
  );
}

/**
 * Checks an image `[n, c, h, w]`, or `[n, c, l]` in one dimension, which gets the height 1.
 *
 * @throws RangeError unless channels and spatial sizes are known
 */
export function asImage({ name, axes }: Caller, x: Tensor): Tensor {
  requireFloat(name, x);
  if (x.rank !== axes + 2) {
    throw new RangeError(`${name}: expected x ${axes === 1 ? "[n, c, l]" : "[n, c, h, w]"}, got ${formatShape(x.shape)}`);
  }
  x.shape.forEach((_, axis) => axis > 0 && staticDim(name, x.shape, axis));
  return withHeight(axes, x);
}

/** A last axis `l` as `[1, l]` in one dimension. */
export const withHeight = (axes: 1 | 2, x: Tensor): Tensor =>
  axes === 2 ? x : reshape(x, [...x.shape.slice(0, -1), 1, ...x.shape.slice(-1)]);

/** Undoes `withHeight`. */
export const withoutHeight = (axes: 1 | 2, x: Tensor): Tensor =>
  axes === 2 ? x : reshape(x, [...x.shape.slice(0, -2), ...x.shape.slice(-1)]);

/** The last two sizes of an image or of weights. */
export const spatial = (name: string, x: Tensor): Pair => [staticDim(name, x.shape, 2), staticDim(name, x.shape, 3)];

/** The attributes of ONNX pools. */
export const poolAttributes = ({ kernel, stride, padding }: Window): Attributes => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [...padding, ...padding],
});

/** The attributes of an ONNX convolution. */
export const convAttributes = (window: Window): Attributes => ({ ...poolAttributes(window), dilations: window.dilation });

/** The attributes of its transpose: what strides left over at the far edge comes back as output padding. */
export function transposedAttributes(window: Window): Attributes {
  const { image, padding, output, stride } = window;
  const extent = reach(window);
  const rest = mapPair((i) => image[i] + 2 * padding[i] - (output[i] - 1) * stride[i] - extent[i]);
  return { ...convAttributes(window), output_padding: rest };
}

/** Applies a map on `[n, ...]` to stacked tangents `[k, n, ...]` by merging the stack into the batch. */
export function onStack(tangent: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const [k, n]: [Dim, Dim] = [dimAt(tangent.shape, 0), dimAt(tangent.shape, 1)];
  const y = f(reshape(tangent, [productOf("stacked tangents", [k, n]), ...tangent.shape.slice(2)]));
  return reshape(y, [k, n, ...y.shape.slice(1)]);
}

/** Visits every pixel that a tap of the window sees at every place, as indices into one plane of each. */
export function visitWindow(
  { image, kernel, stride, padding, dilation, output }: Window,
  f: (pixel: number, tap: number, place: number) => void,
): void {
  for (let r = 0; r < output[0]; r++)
    for (let s = 0; s < output[1]; s++)
      for (let p = 0; p < kernel[0]; p++)
        for (let q = 0; q < kernel[1]; q++) {
          const u = r * stride[0] + p * dilation[0] - padding[0];
          const v = s * stride[1] + q * dilation[1] - padding[1];
          if (u < 0 || v < 0 || u >= image[0] || v >= image[1]) continue;
          f(u * image[1] + v, p * kernel[1] + q, r * output[1] + s);
        }
}
