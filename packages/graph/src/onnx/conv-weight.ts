/** @file The weight gradient of a convolution, image by image, so that its patches stay in the processor's cache. */
import { zeros } from "../ops/fill.ts";
import type { ConvAttrs } from "../ops/conv-adjoints.ts";
import { gemmOp } from "../ops/fused.ts";
import { scan } from "../ops/scan.ts";
import { concat } from "../ops/concat.ts";
import { pad } from "../ops/pad.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { transpose } from "../ops/transpose.ts";
import { apply } from "../op.ts";
import { dimAt, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Patches of one image smaller than this many values are better made for the whole batch at once (measured). */
const leastPatches = 30_000;

/**
 * `Σ_b ȳ_b patches(x_b)ᵀ` as a scan over the batch, or undefined where the one-pass form is better.
 *
 * Patches need no gather: in the flattened padded image of row length w, what tap (p, q) sees is the contiguous part
 * from (p·w + q)·dilation, if the rows of ȳ are padded with zeros to length w as well.
 *
 * @param x - images `[n, c, h, w]`
 * @param g - cotangents `[n, o, h', w']`
 */
export function convWeightByImage(x: Tensor, g: Tensor, attrs: ConvAttrs): Tensor | undefined {
  const { stride, padding, dilation, image, kernel, output, groups } = attrs;
  const [channels, outputs] = [staticDim("conv2d", x.shape, 1), staticDim("conv2d", g.shape, 1)];
  const taps = kernel[0] * kernel[1];
  const size = taps * channels * output[0] * output[1];
  const plain = Math.max(...stride) === 1 && groups === 1;
  if (!plain || taps === 1 || size < leastPatches || dimAt(x.shape, 0) === 1) return undefined;
  const row = image[1] + 2 * padding[1];
  const rows = image[0] + 2 * padding[0];
  const length = output[0] * row - dilation[1] * (kernel[1] - 1);
  const { carry } = scan({ carry: [zeros([outputs, taps * channels], x.dtype)], xs: [x, g] }, ([total], [xi, gi]) => {
    const flat = reshape(pad(pad(xi, 1, padding[0], padding[0]), 2, padding[1], padding[1]), [channels, rows * row]);
    const patches = Array.from({ length: taps }, (_, tap) => {
      const start = Math.floor(tap / kernel[1]) * dilation[0] * row + (tap % kernel[1]) * dilation[1];
      return slice(flat, 1, start, start + length);
    });
    const cotangent = slice(reshape(pad(gi, 2, 0, row - output[1]), [outputs, output[0] * row]), 1, 0, length);
    const flags = { transposeA: false, transposeB: true };
    return { carry: [apply(gemmOp, flags, cotangent, concat(patches, 0), total)], ys: [] };
  });
  const byTap = reshape(carry[0], [outputs, taps, channels]);
  return reshape(transpose(byTap, [0, 2, 1]), [outputs, channels, ...kernel]);
}
