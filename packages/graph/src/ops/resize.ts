/**
 * @file Resizing images. Along each axis it is a product with a constant matrix, so derivatives need no rule of their
 * own, and ONNX Runtime is as fast at it as at `Resize` up to some 128 pixels a side (measured).
 */
import type { Tensor } from "../tensor.ts";
import { constant } from "./constant.ts";
import { matmul } from "./matmul.ts";
import { upsampleNearest } from "./pool.ts";
import { asImage, mapPair, perAxis, spatial } from "./window.ts";
import type { Caller, Pair, PerAxis } from "./window.ts";

/** The new size of an image: one of the two. */
export interface ResizeOptions {
  /** In pixels, from 1; one number for a square, or `[height, width]`. */
  readonly size?: PerAxis | undefined;
  /** New size by old, above 0, for both axes or `[height, width]`; sizes are rounded down. */
  readonly scale?: PerAxis | undefined;
}

/** Options of `resizeBilinear`. */
export interface ResizeBilinearOptions extends ResizeOptions {
  /** Whether the centres of the corner pixels stay where they are, instead of the edges of the image. Default false. */
  readonly alignCorners?: boolean | undefined;
}

/** The new size, and how many old pixels a new one is wide. */
interface Sampling {
  readonly size: Pair;
  readonly step: Pair;
}

function sampling(caller: Caller, image: Pair, { size, scale }: ResizeOptions): Sampling {
  if ((size === undefined) === (scale === undefined)) {
    throw new RangeError(`${caller.name}: expected either size or scale, got ${size === undefined ? "neither" : "both"}`);
  }
  if (scale === undefined) {
    const to = perAxis(caller, "size", size ?? image, 1);
    return { size: to, step: mapPair((i) => image[i] / to[i]) };
  }
  const [h = NaN, w = NaN]: readonly number[] = typeof scale === "number" ? [scale, scale] : scale;
  const scales: Pair = [h, w];
  const to = mapPair((i) => Math.floor(image[i] * scales[i]));
  if (![...scales, ...to].every((v) => Number.isFinite(v) && v > 0)) {
    throw new RangeError(
      `${caller.name}: expected a scale above 0 that leaves a pixel of the ${image.join("×")} image, got ${JSON.stringify(scale)}`,
    );
  }
  return { size: to, step: mapPair((i) => 1 / scales[i]) };
}

/** The weights `[to, from]` of the old pixels in every new one. */
type Weights = Float64Array;

function nearestWeights(from: number, to: number, step: number): Weights {
  const weights = new Float64Array(to * from);
  for (let i = 0; i < to; i++) weights[i * from + Math.min(Math.floor((i + 0.5) * step), from - 1)] = 1;
  return weights;
}

function linearWeights(from: number, to: number, at: (i: number) => number): Weights {
  const weights = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = Math.min(Math.max(at(i), 0), from - 1);
    const low = Math.min(Math.floor(position), Math.max(from - 2, 0));
    weights[i * from + low] = 1 - (position - low);
    if (from > 1) weights[i * from + low + 1] = position - low;
  }
  return weights;
}

function transposed(weights: Weights, rows: number, columns: number): Weights {
  return weights.map((_, i) => weights[(i % rows) * columns + Math.floor(i / rows)] ?? NaN);
}

/** Applies weights along both axes, in the order that takes fewer products. */
function resample(x: Tensor, size: Pair, weightsOf: (axis: 0 | 1) => Weights): Tensor {
  const [h, w] = spatial("resize", x);
  const rows = (y: Tensor): Tensor =>
    size[0] === h ? y : matmul(constant(weightsOf(0), [size[0], h], x.dtype), y);
  const columns = (y: Tensor): Tensor =>
    size[1] === w ? y : matmul(y, constant(transposed(weightsOf(1), size[1], w), [w, size[1]], x.dtype));
  const rowsFirst = size[0] * w * (h + size[1]) <= size[1] * h * (w + size[0]);
  return rowsFirst ? columns(rows(x)) : rows(columns(x));
}

/**
 * Resizes images `[n, c, h, w]` by repeating and dropping pixels: a new pixel i has the value of the old one that its
 * centre lies in, `⌊(i + ½)/scale⌋`, as in Pillow and PyTorch's `nearest-exact`.
 *
 * `upsampleNearest` does the same for whole factors and is faster; this calls it where it can.
 *
 * @throws RangeError unless exactly one of size and scale is given, and leaves a pixel
 */
export function resizeNearest(x: Tensor, options: ResizeOptions): Tensor {
  const caller: Caller = { name: "resizeNearest", axes: 2 };
  const image = spatial(caller.name, asImage(caller, x));
  const { size, step } = sampling(caller, image, options);
  const factor = mapPair((i) => size[i] / image[i]);
  if (factor.every((f, i) => Number.isInteger(f) && step[i] === 1 / f)) return upsampleNearest(x, factor);
  return resample(x, size, (axis) => nearestWeights(image[axis], size[axis], step[axis]));
}

/**
 * Resizes images `[n, c, h, w]` by linear interpolation along both axes, without smoothing before it shrinks.
 *
 * A new pixel i lies at `(i + ½)/scale − ½` among the old ones (ONNX's `half_pixel`), or with `alignCorners` at
 * `i (old − 1)/(new − 1)`; beyond the outermost centres the image goes on unchanged.
 *
 * @throws RangeError unless exactly one of size and scale is given, and leaves a pixel
 */
export function resizeBilinear(x: Tensor, { alignCorners = false, ...options }: ResizeBilinearOptions): Tensor {
  const caller: Caller = { name: "resizeBilinear", axes: 2 };
  const image = spatial(caller.name, asImage(caller, x));
  const { size, step } = sampling(caller, image, options);
  return resample(x, size, (axis) => {
    const [from, to] = [image[axis], size[axis]];
    const at = alignCorners
      ? (i: number): number => (i * (from - 1)) / Math.max(to - 1, 1)
      : (i: number): number => (i + 0.5) * step[axis] - 0.5;
    return linearWeights(from, to, at);
  });
}
