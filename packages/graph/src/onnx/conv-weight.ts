/** @file The weight gradient of a convolution, image by image, so that its operands stay in the processor's cache. */
import { zeros } from "../ops/fill.ts";
import type { ConvAttrs } from "../ops/conv-adjoints.ts";
import { gemmOp, shiftOp } from "../ops/fused.ts";
import { scan } from "../ops/scan.ts";
import { concat } from "../ops/concat.ts";
import { reshape } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import { apply } from "../op.ts";
import { dimAt, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Patches of one image smaller than this many values are better made for the whole batch at once (measured). */
const leastPatches = 15_000;

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
export function convWeightByImage(x: Tensor, g: Tensor, attrs: ConvAttrs): Tensor | undefined {
  const { stride, padding, dilation, image, kernel, output, groups } = attrs;
  const [channels, outputs] = [staticDim("conv2d", x.shape, 1), staticDim("conv2d", g.shape, 1)];
  const [rows, columns] = kernel;
  const taps = rows * columns;
  const plain = Math.max(...stride) === 1 && groups === 1;
  if (!plain || taps === 1 || taps * channels * output[0] * output[1] < leastPatches || dimAt(x.shape, 0) === 1) return undefined;
  const places = image[0] * output[1];
  const { carry } = scan({ carry: [zeros([rows * outputs, columns * channels], x.dtype)], xs: [x, g] }, ([total], [xi, gi]) => {
    const shifted = shifts(xi, 2, columns, output[1], (q) => q * dilation[1] - padding[1]);
    const cotangents = shifts(gi, 1, rows, image[0], (p) => padding[0] - p * dilation[0]);
    const [a, b] = [reshape(cotangents, [rows * outputs, places]), reshape(shifted, [columns * channels, places])];
    return { carry: [apply(gemmOp, { transposeA: false, transposeB: true }, a, b, total)], ys: [] };
  });
  return transpose(reshape(carry[0], [rows, outputs, columns, channels]), [1, 3, 0, 2]);
}

/** Parts of so many entries of an axis of `[c, h, w]`, from each start, one behind the other; zeros where there is nothing. */
function shifts(x: Tensor, axis: number, count: number, size: number, start: (tap: number) => number): Tensor {
  const dim = staticDim("conv2d", x.shape, axis);
  return concat(
    Array.from({ length: count }, (_, tap) => {
      const from = start(tap);
      if (from === 0 && size === dim) return x;
      const outside = from >= dim || from + size <= 0;
      return outside ? zeros(x.shape.map((d, i) => (i === axis ? size : d)), x.dtype) : apply(shiftOp, { axis, start: from, size }, x);
    }),
    0,
  );
}
