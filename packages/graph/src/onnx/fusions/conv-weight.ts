/** @file The weight gradient of a convolution, some images at a time, so that its operands stay in the processor's cache. */
import { constant } from "../../ops/constant.ts";
import { zeros } from "../../ops/fill.ts";
import type { ConvAttrs } from "../../ops/conv-adjoints.ts";
import { mul } from "../../ops/binary.ts";
import { gemmOp, shiftOp } from "../../ops/fused.ts";
import { scan } from "../../ops/scan.ts";
import { concat } from "../../ops/concat.ts";
import { reshape } from "../../ops/reshape.ts";
import { transpose } from "../../ops/transpose.ts";
import { apply } from "../../op.ts";
import { dimAt, staticDim } from "../../shape.ts";
import type { Dim } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Fusion } from "./fusion.ts";

/** Patches of one image smaller than this many values are better made for the whole batch at once (measured). */
const leastPatches = 15_000;

/** Values of both operands of a product that a core's cache holds (measured). */
const mostValues = 250_000;

/**
 * `w̄[o, c, p, q] = Σ ȳ[o, r, s] x[c, r + p d − a, s + q d − a]` as a scan over the batch, or undefined where the one-pass
 * form is better.
 *
 * Rows are shifted in ȳ and columns in x, so that one product of kh copies of ȳ with kw copies of x has all taps, where
 * patches would be kh·kw copies of x.
 *
 * @param x - images `[n, c, h, w]`
 * @param g - cotangents `[n, o, h', w']`
 */
function convWeightByImage(x: Tensor, g: Tensor, attrs: ConvAttrs): Tensor | undefined {
  const { stride, padding, dilation, image, kernel, output, groups } = attrs;
  const [channels, outputs] = [staticDim("conv2d", x.shape, 1), staticDim("conv2d", g.shape, 1)];
  const [rows, columns] = kernel;
  const taps = rows * columns;
  const plain = Math.max(...stride) === 1 && groups === 1;
  if (!plain || taps === 1 || taps * channels * output[0] * output[1] < leastPatches || dimAt(x.shape, 0) === 1) return undefined;
  const places = image[0] * output[1];
  const together = imagesTogether(dimAt(x.shape, 0), (rows * outputs + columns * channels) * places);
  const { carry } = scan(
    { carry: [zeros([rows * outputs, columns * channels], x.dtype)], xs: [x, g].map((images) => inTurns(images, together)) },
    ([total], [xi = x, gi = g]) => {
      const shifted = concat(starts(columns, (q) => q * dilation[1] - padding[1]).map((start) => columnsFrom(xi, start, output[1])), 0);
      const cotangents = concat(starts(rows, (p) => padding[0] - p * dilation[0]).map((start) => rowsFrom(gi, start, image[0])), 0);
      const [a, b] = [reshape(cotangents, [rows * outputs, together * places]), reshape(shifted, [columns * channels, together * places])];
      return { carry: [apply(gemmOp, { transposeA: false, transposeB: true }, a, b, total)], ys: [] };
    },
  );
  // In two moves of one axis each, which ONNX Runtime does several times faster than one of both.
  const byOutput = reshape(transpose(reshape(carry[0], [rows, outputs, columns * channels]), [1, 0, 2]), [outputs, taps, channels]);
  return reshape(transpose(byOutput, [0, 2, 1]), [outputs, channels, ...kernel]);
}

/** The weight gradient of a convolution; on a GPU the loop would be left to the host. */
export const fuseConvWeight: Fusion = (node, [x, g], { target }) => {
  if (target === "webgpu" || node.op.name !== "conv2dWeight" || !x || !g) return undefined;
  return convWeightByImage(x, g, node.attrs as ConvAttrs);
};

const starts = (taps: number, start: (tap: number) => number): number[] => Array.from({ length: taps }, (_, tap) => start(tap));

/** How many images go into one product: a divisor of the batch. */
function imagesTogether(batch: Dim, values: number): number {
  if (typeof batch !== "number") return 1;
  let together = Math.max(1, Math.min(batch, Math.floor(mostValues / values)));
  while (batch % together !== 0) together--;
  return together;
}

/** Images `[n, c, h, w]` as `[n/together, c, together, h, w]`. */
function inTurns(images: Tensor, together: number): Tensor {
  const [batch, channels, ...size] = images.shape;
  if (together === 1) return reshape(images, [dimAt(images.shape, 0), channels ?? 0, 1, ...size]);
  return transpose(reshape(images, [Number(batch) / together, together, channels ?? 0, ...size]), [0, 2, 1, 3, 4]);
}

/** So many rows of images `[c, n, h, w]` from one on, zeros where there are none: `[c · n, h · w]`. */
function rowsFrom(x: Tensor, start: number, size: number): Tensor {
  const [channels = 0, images = 0, height = 0, width = 0] = x.shape.map(Number);
  return shifted(reshape(x, [channels * images, height * width]), 1, start * width, size * width);
}

/** So many columns of images `[c, n, h, w]` from one on, zeros where there are none: `[c, n · h · w]`. */
function columnsFrom(x: Tensor, start: number, size: number): Tensor {
  const [channels = 0, images = 0, height = 0, width = 0] = x.shape.map(Number);
  const flat = [channels, images * height * size];
  if (size !== width || Math.abs(start) >= width) return reshape(shifted(x, 3, start, size), flat);
  // As one row they move in long runs; columns that would pass an end into the next row are cleared before.
  const stays = (column: number): boolean => column >= start && column < width + start;
  const mask = Float64Array.from({ length: images * height * width }, (_, i) => Number(stays(i % width)));
  const row = reshape(x, flat);
  return start === 0 ? row : shifted(mul(row, constant(mask, [mask.length], x.dtype)), 1, start, mask.length);
}

/** So many entries of an axis from one on; zeros where there are none. */
function shifted(x: Tensor, axis: number, start: number, size: number): Tensor {
  const dim = staticDim("conv2d", x.shape, axis);
  if (start === 0 && size === dim) return x;
  const outside = start >= dim || start + size <= 0;
  return outside ? zeros(x.shape.map((d, i) => (i === axis ? size : d)), x.dtype) : apply(shiftOp, { axis, start, size }, x);
}
