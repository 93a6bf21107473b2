/** @file Convolutions and transposed convolutions over one and two axes: checks around one trilinear form. */
import { apply } from "../op.ts";
import { formatShape, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { convInputOp, convOp } from "./conv-adjoints.ts";
import { asImage, formatPair, mapPair, perAxis, reach, slide, spatial, withHeight, withoutHeight } from "./window.ts";
import type { Caller, Pair, PerAxis, Window } from "./window.ts";

/** Options of `conv2d`. Pairs are `[height, width]`. */
export interface Conv2dOptions {
  /** Step of the window, from 1. Default 1. */
  readonly stride?: PerAxis | undefined;
  /**
   * Zeros added on both sides of an axis, from 0; `"same"` keeps the size of the image, for stride 1 and odd kernels.
   * Default 0.
   */
  readonly padding?: PerAxis | "same" | undefined;
  /** Distance between the taps of the window, from 1. Default 1. */
  readonly dilation?: PerAxis | undefined;
  /** Groups of channels, each convolved with weights of its own; divides input and output channels. Default 1. */
  readonly groups?: number | undefined;
}

/** Options of `conv1d`, as of `conv2d` but for the one axis. */
export interface Conv1dOptions {
  readonly stride?: number | undefined;
  readonly padding?: number | "same" | undefined;
  readonly dilation?: number | undefined;
  readonly groups?: number | undefined;
}

/** Options of `convTranspose2d`. Pairs are `[height, width]`. */
export interface ConvTranspose2dOptions {
  /** Step of the window in the result, from 1. Default 1. */
  readonly stride?: PerAxis | undefined;
  /** Pixels cut from both sides of the result, from 0. Default 0. */
  readonly padding?: PerAxis | undefined;
  /** Size added at the far side of the result, from 0 and below the stride. Default 0. */
  readonly outputPadding?: PerAxis | undefined;
  /** Distance between the taps of the window, from 1. Default 1. */
  readonly dilation?: PerAxis | undefined;
  /** Groups of channels, each with weights of its own; divides the input channels. Default 1. */
  readonly groups?: number | undefined;
}

/** Options of `convTranspose1d`, as of `convTranspose2d` but for the one axis. */
export interface ConvTranspose1dOptions {
  readonly stride?: number | undefined;
  readonly padding?: number | undefined;
  readonly outputPadding?: number | undefined;
  readonly dilation?: number | undefined;
  readonly groups?: number | undefined;
}

/** Checks what convolutions and their transposes have in common; one axis becomes two. */
function operands(caller: Caller, x: Tensor, w: Tensor, layout: string): readonly [Tensor, Tensor] {
  const image = asImage(caller, x);
  if (w.rank !== x.rank) {
    throw new RangeError(`${caller.name}: expected weights ${layout}, got ${formatShape(w.shape)}`);
  }
  if (w.dtype !== x.dtype) {
    throw new TypeError(
      `${caller.name}: expected operands of one type, got ${x.toString()} and ${w.toString()}; use cast on one of them`,
    );
  }
  w.shape.forEach((_, axis) => staticDim(caller.name, w.shape, axis));
  return [image, withHeight(caller.axes, w)];
}

function checkGroups(name: string, groups: number, channels: Readonly<Record<string, number>>): void {
  if (Number.isInteger(groups) && groups >= 1 && Object.values(channels).every((count) => count % groups === 0)) return;
  const list = Object.entries(channels).map(([of, count]) => `${String(count)} ${of} channels`);
  throw new RangeError(`${name}: expected a number of groups that divides the ${list.join(" and ")}, got ${String(groups)}`);
}

function samePadding(caller: Caller, { kernel, stride, dilation }: Pick<Window, "kernel" | "stride" | "dilation">): Pair {
  const extent = reach({ kernel, dilation });
  if (Math.max(...stride) > 1 || extent.some((size) => size % 2 === 0)) {
    throw new RangeError(
      `${caller.name}: padding "same" is for stride 1 and odd kernels, got stride ${formatPair(caller, stride)} and ${formatPair(caller, kernel)} taps; give the padding as a number`,
    );
  }
  return mapPair((i) => (extent[i] - 1) / 2);
}

function convolve(caller: Caller, x: Tensor, w: Tensor, options: Conv2dOptions): Tensor {
  const { name, axes } = caller;
  const { groups = 1 } = options;
  const layout = axes === 1 ? "[o, c/groups, k]" : "[o, c/groups, kh, kw]";
  const [image, weights] = operands(caller, x, w, layout);
  const [channels, outputs] = [staticDim(name, x.shape, 1), staticDim(name, w.shape, 0)];
  checkGroups(name, groups, { input: channels, output: outputs });
  if (w.shape[1] !== channels / groups) {
    throw new RangeError(
      `${name}: expected weights ${layout} with c/groups = ${String(channels / groups)} for images ${formatShape(x.shape)}, got ${formatShape(w.shape)}`,
    );
  }
  const kernel = spatial(name, weights);
  const stride = perAxis(caller, "stride", options.stride ?? 1, 1);
  const dilation = perAxis(caller, "dilation", options.dilation ?? 1, 1);
  const padding =
    options.padding === "same"
      ? samePadding(caller, { kernel, stride, dilation })
      : perAxis(caller, "padding", options.padding ?? 0, 0);
  const window = slide(caller, { image: spatial(name, image), kernel, stride, padding, dilation });
  return withoutHeight(axes, apply(convOp, { ...window, groups }, image, weights));
}

function transpose(caller: Caller, x: Tensor, w: Tensor, options: ConvTranspose2dOptions): Tensor {
  const { name, axes } = caller;
  const { groups = 1 } = options;
  const layout = axes === 1 ? "[c, o/groups, k]" : "[c, o/groups, kh, kw]";
  const [image, weights] = operands(caller, x, w, layout);
  const channels = staticDim(name, x.shape, 1);
  checkGroups(name, groups, { input: channels });
  if (w.shape[0] !== channels) {
    throw new RangeError(
      `${name}: expected weights ${layout} with c = ${String(channels)} for images ${formatShape(x.shape)}, got ${formatShape(w.shape)}`,
    );
  }
  const attrs = transposedWindow(caller, spatial(name, image), spatial(name, weights), options);
  return withoutHeight(axes, apply(convInputOp, { ...attrs, groups }, image, weights));
}

/** The window of the convolution that this is the adjoint of: its output is what we are given. */
function transposedWindow(caller: Caller, output: Pair, kernel: Pair, options: ConvTranspose2dOptions): Window {
  const stride = perAxis(caller, "stride", options.stride ?? 1, 1);
  const dilation = perAxis(caller, "dilation", options.dilation ?? 1, 1);
  const padding = perAxis(caller, "padding", options.padding ?? 0, 0);
  const extra = perAxis(caller, "outputPadding", options.outputPadding ?? 0, 0);
  if (extra.some((size, i) => size >= (stride[i] ?? 1))) {
    throw new RangeError(
      `${caller.name}: expected outputPadding below the stride ${formatPair(caller, stride)}, got ${formatPair(caller, extra)}`,
    );
  }
  const extent = reach({ kernel, dilation });
  const image = mapPair((i) => (output[i] - 1) * stride[i] + extent[i] - 2 * padding[i] + extra[i]);
  if (Math.min(...image, ...output, ...kernel) < 1) {
    throw new RangeError(
      `${caller.name}: the result would have the size ${formatPair(caller, image)}, from ${formatPair(caller, output)} by a window of ${formatPair(caller, kernel)} with padding ${formatPair(caller, padding)}; use less padding`,
    );
  }
  return { image, kernel, stride, padding, dilation, output };
}

/**
 * 2-D convolution (cross-correlation) of images `[n, c, h, w]` with weights `[o, c/groups, kh, kw]`.
 *
 * @returns `[n, o, h', w']` with `h' = ⌊(h + 2 padding − dilation (kh − 1) − 1)/stride⌋ + 1`
 * @throws RangeError if channels, groups or options disagree or the window does not fit
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor {
  return convolve({ name: "conv2d", axes: 2 }, x, w, options);
}

/**
 * 1-D convolution (cross-correlation) of signals `[n, c, l]` with weights `[o, c/groups, k]`.
 *
 * @returns `[n, o, l']` with `l' = ⌊(l + 2 padding − dilation (k − 1) − 1)/stride⌋ + 1`
 * @throws RangeError if channels, groups or options disagree or the window does not fit
 */
export function conv1d(x: Tensor, w: Tensor, options: Conv1dOptions = {}): Tensor {
  return convolve({ name: "conv1d", axes: 1 }, x, w, options);
}

/**
 * 2-D transposed convolution of images `[n, c, h, w]` with weights `[c, o/groups, kh, kw]`: the adjoint of `conv2d` with
 * the same weights and options.
 *
 * @returns `[n, o, h', w']` with `h' = (h − 1) stride − 2 padding + dilation (kh − 1) + 1 + outputPadding`
 * @throws RangeError if channels, groups or options disagree or nothing is left of the result
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  return transpose({ name: "convTranspose2d", axes: 2 }, x, w, options);
}

/**
 * 1-D transposed convolution of signals `[n, c, l]` with weights `[c, o/groups, k]`: the adjoint of `conv1d` with the
 * same weights and options.
 *
 * @returns `[n, o, l']` with `l' = (l − 1) stride − 2 padding + dilation (k − 1) + 1 + outputPadding`
 * @throws RangeError if channels, groups or options disagree or nothing is left of the result
 */
export function convTranspose1d(x: Tensor, w: Tensor, options: ConvTranspose1dOptions = {}): Tensor {
  return transpose({ name: "convTranspose1d", axes: 1 }, x, w, options);
}
