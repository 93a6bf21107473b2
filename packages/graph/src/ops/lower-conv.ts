/** @file How convolutions of known geometry are emitted: as they are, turned round, or in ONNX Runtime's blocked layout. */
import type { Emitter } from "../emitter.ts";
import { staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { constantData } from "./constant.ts";
import { convAttributes, mapPair, reach } from "./window.ts";
import type { Pair, Window } from "./window.ts";

/** What a convolution is emitted of: `turned` weights are `[c, o, kh, kw]`, to be read from the last tap to the first. */
export interface ConvOperands {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly turned: boolean;
  readonly groups: number;
}

/** Emits a convolution of named values x, w and perhaps a bias `[o]`. */
export function lowerConv(emitter: Emitter<Tensor>, window: Window, operands: ConvOperands, values: readonly string[]): string {
  const blocked = lowerBlocked(emitter, window, operands, values);
  if (blocked !== undefined) return blocked;
  const [x = "", w = "", ...bias] = values;
  const weights = operands.turned ? fromLastTap(emitter, emitter.emit("Transpose", [w], { perm: [1, 0, 2, 3] }), [2, 3]) : w;
  return emitter.emit("Conv", [x, weights, ...bias], { ...convAttributes(window), group: operands.groups });
}

/** The convolution of cotangents that is the transpose of one of stride 1, or undefined where its padding would be negative. */
export function turnedWindow(window: Window): Window | undefined {
  const { image, kernel, stride, padding, dilation, output } = window;
  const turned: Pair = mapPair((i) => reach(window)[i] - 1 - padding[i]);
  if (Math.max(...stride) > 1 || Math.min(...turned) < 0) return undefined;
  return { image: output, kernel, stride, padding: turned, dilation, output: image };
}

/**
 * Channels in blocks, as ONNX Runtime lays them out itself where weights are constants: half as fast again as `Conv`,
 * the change of layout included. Undefined where it does not apply; a single tap gains nothing.
 */
function lowerBlocked(emitter: Emitter<Tensor>, window: Window, { x, w, turned, groups }: ConvOperands, values: readonly string[]): string | undefined {
  const { channelBlock: block } = emitter;
  const { kernel } = window;
  const channels = [staticDim("conv2d", w.shape, 0), staticDim("conv2d", w.shape, 1)] as const;
  if (block === undefined || groups > 1 || x.dtype !== "float32" || constantData(w) !== undefined) return undefined;
  if (kernel[0] * kernel[1] === 1 || channels.some((count) => count % block !== 0)) return undefined;
  const [outputs, inputs] = turned ? [channels[1], channels[0]] : channels;
  const [image = "", weights = "", ...bias] = values;
  const split = emitter.reshape(weights, [channels[0] / block, block, channels[1] / block, block, ...kernel]);
  // [blocks of outputs, blocks of inputs, kh, kw, inputs, outputs]
  const perm = turned ? [2, 0, 4, 5, 1, 3] : [0, 2, 4, 5, 3, 1];
  const laid = emitter.emit("Transpose", [split], { perm });
  const filters = emitter.reshape(turned ? fromLastTap(emitter, laid, [2, 3]) : laid, [outputs, inputs, ...kernel]);
  const y = emitter.emitBlocked("Conv", [emitter.emitBlocked("ReorderInput", [image]), filters, ...bias], { ...convAttributes(window), group: 1 });
  return emitter.emitBlocked("ReorderOutput", [y], { channels: outputs });
}

/** Reverses axes. */
function fromLastTap(emitter: Emitter<Tensor>, x: string, axes: readonly number[]): string {
  const each = (value: number): string => emitter.int64s(axes.map(() => value));
  return emitter.emit("Slice", [x, each(-1), each(Number.MIN_SAFE_INTEGER), emitter.int64s(axes), each(-1)]);
}
