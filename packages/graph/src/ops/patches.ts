/** @file What each tap of a window sees of an image, and the adjoint, which puts it back: linear maps. */
import type { Emitter } from "../emitter.ts";
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, productOf, sizeOf, staticDim } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import { emitPad } from "./pad.ts";
import { mapPair, onStack, transposedAttributes, visitWindow } from "./window.ts";
import type { Window } from "./window.ts";

/** `[n, c, h, w]` to `[n, taps, c, h', w']`; beyond the image a tap sees 0. */
export const patchesOp: Op<Window> = singleOp<Window>({
  name: "patches",
  infer: (inputs, { kernel, output }) => {
    const x = inputOf({ inputs });
    return { shape: [dimAt(x.shape, 0), sizeOf(kernel), dimAt(x.shape, 1), ...output], dtype: x.dtype };
  },
  evaluate: (inputs, window) => {
    const x = ndAt(inputs);
    const [n = 0, c = 0] = x.shape;
    const y = nd([n, sizeOf(window.kernel), c, ...window.output]);
    visitPlanes(n, c, window, (pixel, seen) => (y.data[seen] = x.data[pixel] ?? NaN));
    return y;
  },
  vjp: ({ attrs }, g) => [apply(foldOp, attrs, g)],
  jvp: ({ attrs }, [dx]) => dx && onStack(dx, (t) => apply(patchesOp, attrs, t)),
  flops: () => 0,
  lower: (emitter, node, [x = ""]) =>
    emitter.reshape(lowerPatches(emitter, node.attrs, x, inputOf(node).shape), node.outputs[0]?.shape ?? []),
});

/** `[n, taps, c, h', w']` to `[n, c, h, w]`: every pixel is the sum over what saw it. */
export const foldOp: Op<Window> = singleOp<Window>({
  name: "fold",
  infer: (inputs, { image }) => {
    const g = inputOf({ inputs });
    return { shape: [dimAt(g.shape, 0), dimAt(g.shape, 2), ...image], dtype: g.dtype };
  },
  evaluate: (inputs, window) => {
    const g = ndAt(inputs);
    const [n = 0, , c = 0] = g.shape;
    const x = nd([n, c, ...window.image]);
    visitPlanes(n, c, window, (pixel, seen) => (x.data[pixel] = (x.data[pixel] ?? 0) + (g.data[seen] ?? NaN)));
    return x;
  },
  vjp: ({ attrs }, g) => [apply(patchesOp, attrs, g)],
  jvp: ({ attrs }, [dg]) => dg && onStack(dg, (t) => apply(foldOp, attrs, t)),
  flops: (node, count) => (isTiling(node.attrs) ? 0 : count(inputOf(node).shape)),
  lower: (emitter, node, [g = ""]) => (isTiling(node.attrs) ? lowerTiles : lowerOverlapping)(emitter, node, g),
});

function visitPlanes(n: number, c: number, window: Window, f: (pixel: number, seen: number) => void): void {
  const [image, taps, places] = [sizeOf(window.image), sizeOf(window.kernel), sizeOf(window.output)];
  visitWindow(window, (pixel, tap, place) => {
    for (let b = 0; b < n; b++)
      for (let i = 0; i < c; i++) f((b * c + i) * image + pixel, ((b * taps + tap) * c + i) * places + place);
  });
}

/** Whether windows touch but do not overlap, as those of most pools. */
export const isTiling = ({ kernel, stride, padding, dilation }: Window): boolean =>
  [0, 1].every((i) => kernel[i] === stride[i] && padding[i] === 0 && dilation[i] === 1);

/** Adds zeros after the last tile, where the image is larger than all tiles. */
export function padToImage(emitter: Emitter<Tensor>, x: string, { image, kernel, output }: Window): string {
  const rest = mapPair((i) => image[i] - kernel[i] * output[i]);
  if (Math.max(...rest) === 0) return x;
  return emitPad(emitter, x, [0, 0, 0, 0], [0, 0, ...rest]);
}

function lowerTiles(emitter: Emitter<Tensor>, node: Node<Window>, g: string): string {
  const { kernel, output } = node.attrs;
  const [n, c] = [dimAt(inputOf(node).shape, 0), dimAt(inputOf(node).shape, 2)];
  const split = emitter.reshape(g, [n, ...kernel, c, ...output]);
  const merged = emitter.emit("Transpose", [split], { perm: [0, 3, 4, 1, 5, 2] });
  return padToImage(emitter, emitter.reshape(merged, [n, c, kernel[0] * output[0], kernel[1] * output[1]]), node.attrs);
}

/** A transposed convolution of every channel with weights that put tap i where it came from. */
function lowerOverlapping(emitter: Emitter<Tensor>, node: Node<Window>, g: string): string {
  const { kernel, output, image } = node.attrs;
  const { shape, dtype } = inputOf(node);
  const [n, c] = [dimAt(shape, 0), dimAt(shape, 2)];
  const taps = sizeOf(kernel);
  const planes = productOf("fold", [n, c]);
  const byChannel = emitter.emit("Transpose", [g], { perm: [0, 2, 1, 3, 4] });
  const identity = Float64Array.from({ length: taps * taps }, (_, i) => Number(i % (taps + 1) === 0));
  const weights = emitter.constant(identity, [taps, 1, ...kernel], dtype);
  const x = emitter.emit("ConvTranspose", [emitter.reshape(byChannel, [planes, taps, ...output]), weights], transposedAttributes(node.attrs));
  return emitter.reshape(x, [n, c, ...image]);
}

/**
 * Emits the patches of an image as `[n, taps · c, h', w']`, or group by group as `[n, groups, taps · c/groups, h', w']`.
 *
 * @param shape - of the image, `[n, c, h, w]`
 */
export function lowerPatches(emitter: Emitter<Tensor>, window: Window, x: string, shape: Shape, groups = 1): string {
  const { padding, image } = window;
  const padded = Math.max(...padding) === 0 ? x : emitPad(emitter, x, [0, 0, ...padding], [0, 0, ...padding]);
  const channels = staticDim("patches", shape, 1);
  const sizes = mapPair((i) => image[i] + 2 * padding[i]);
  const view = groups === 1 ? padded : emitter.reshape(padded, [dimAt(shape, 0), groups, channels / groups, ...sizes]);
  const taps = lowerTaps(emitter, window, view, groups === 1 ? 2 : 3);
  return taps.length === 1 ? (taps[0] ?? "") : emitter.emit("Concat", taps, { axis: groups === 1 ? 1 : 2 });
}

/** What each tap sees of the padded image; `first` is the axis of its height. */
function lowerTaps(emitter: Emitter<Tensor>, window: Window, padded: string, first: number): string[] {
  const { kernel, stride, dilation, output, image, padding } = window;
  const whole = [0, 1].every((i) => output[i] === (image[i] ?? 0) + 2 * (padding[i] ?? 0) && stride[i] === 1);
  if (sizeOf(kernel) === 1 && whole) return [padded];
  const length = mapPair((i) => (output[i] - 1) * stride[i] + 1);
  return Array.from({ length: sizeOf(kernel) }, (_, tap) => {
    const start: [number, number] = [Math.floor(tap / kernel[1]) * dilation[0], (tap % kernel[1]) * dilation[1]];
    const end = mapPair((i) => start[i] + length[i]);
    const [axes, steps] = [emitter.int64s([first, first + 1]), emitter.int64s(stride)];
    return emitter.emit("Slice", [padded, emitter.int64s(start), emitter.int64s(end), axes, steps]);
  });
}
