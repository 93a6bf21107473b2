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
  const weights = operands.turned ? turn(emitter, w, operands.w.shape.map(Number)) : w;
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
  const laid = (turned ? layTurned : layForward)(emitter, weights, channels, kernel[0] * kernel[1], block);
  const filters = emitter.reshape(laid, [outputs, inputs, ...kernel]);
  const y = emitter.emitBlocked("Conv", [emitter.emitBlocked("ReorderInput", [image]), filters, ...bias], { ...convAttributes(window), group: 1 });
  return emitter.emitBlocked("ReorderOutput", [y], { channels: outputs });
}

type Layout = (emitter: Emitter<Tensor>, weights: string, channels: readonly [number, number], taps: number, block: number) => string;

/**
 * `[o, i, taps]` as `[blocks of outputs, blocks of inputs, taps, inputs, outputs]`, by moves of one axis each: ONNX Runtime
 * makes them products' packing loops or copies of whole rows, ten times as fast as any other permutation.
 */
const layForward: Layout = (emitter, weights, [outputs, inputs], taps, block) => {
  const byTap = moved(emitter, weights, [(outputs * inputs) / block, block, taps], [0, 2, 1]);
  return moved(emitter, byTap, [outputs / block, block, (inputs / block) * taps * block], [0, 2, 1]);
};

/** The same of `[i, o, taps]`, from the last tap to the first. */
const layTurned: Layout = (emitter, weights, [inputs, outputs], taps, block) => {
  const byOutputs = moved(emitter, weights, [inputs, outputs / block, block * taps], [1, 0, 2]);
  const byTap = moved(emitter, byOutputs, [(outputs / block) * inputs, block, taps], [0, 2, 1]);
  const blocks = (outputs * inputs) / block ** 2;
  return reversed(emitter, moved(emitter, byTap, [blocks, block, taps, block], [0, 2, 1, 3]), 1);
};

/** `[i, o, kh, kw]` as `[o, i, kh, kw]`, from the last tap to the first. */
function turn(emitter: Emitter<Tensor>, weights: string, [inputs = 0, outputs = 0, ...kernel]: readonly number[]): string {
  const taps = kernel.reduce((a, b) => a * b);
  const byOutputs = moved(emitter, weights, [inputs, outputs, taps], [1, 0, 2]);
  return emitter.reshape(taps === 1 ? byOutputs : reversed(emitter, byOutputs, 2), [outputs, inputs, ...kernel]);
}

const moved = (emitter: Emitter<Tensor>, x: string, shape: readonly number[], perm: readonly number[]): string =>
  emitter.emit("Transpose", [emitter.reshape(x, shape)], { perm });

/** Reverses an axis. */
const reversed = (emitter: Emitter<Tensor>, x: string, axis: number): string =>
  emitter.emit("Slice", [x, emitter.int64s([-1]), emitter.int64s([Number.MIN_SAFE_INTEGER]), emitter.int64s([axis]), emitter.int64s([-1])]);
