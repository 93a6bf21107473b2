/** @file What networks are made of, composed of other ops. */

import { formatShape, sizeOf, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { constant } from "./constant.ts";
import { matmul } from "./matmul.ts";
import { mean } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { softmax } from "./softmax.ts";
import { standardize } from "./standardize.ts";
import { rsqrt, square } from "./unary.ts";
import { where } from "./where.ts";

/**
 * Group normalisation without an affine map: `(x − mean)/√(variance + ε)` over each group of channels of each example.
 *
 * @param x - `[n, c, ...spatial]`
 * @param groups - divides c
 * @throws RangeError if it does not
 */
export function groupNorm(x: Tensor, groups: number, { epsilon = 1e-5 }: { readonly epsilon?: number } = {}): Tensor {
  const channels = staticDim("groupNorm", x.shape, 1);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(
      `groupNorm: expected a number of groups that divides the ${String(channels)} channels of ${formatShape(x.shape)}, got ${String(groups)}`,
    );
  }
  const rest = x.shape.slice(1).map((_, i) => staticDim("groupNorm", x.shape, i + 1));
  const grouped = reshape(x, [x.shape[0] ?? 1, groups, sizeOf(rest) / groups]);
  return reshape(standardize(grouped, { axes: [-1], epsilon }), x.shape);
}

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** The last axes, which are normalised together. Default the last one. */
  readonly axes?: readonly number[] | undefined;
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number | undefined;
  /** Multiplied after normalising; broadcasts with `x`. */
  readonly scale?: Tensor | undefined;
  /** Added at the end; broadcasts with `x`. */
  readonly shift?: Tensor | undefined;
}

/** Layer normalisation `(x − mean)/√(variance + ε) · scale + shift` over the last axes (Ba et al. 2016). */
export function layerNorm(x: Tensor, { axes = [-1], epsilon, scale, shift }: LayerNormOptions = {}): Tensor {
  const normal = standardize(x, { axes, epsilon });
  const scaled = scale ? mul(normal, scale) : normal;
  return shift ? add(scaled, shift) : scaled;
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Which axes are normalised together. Default the last one. */
  readonly axes?: readonly number[] | undefined;
  /** Added to the mean square, above 0. Default 1e-6. */
  readonly epsilon?: number | undefined;
  /** Multiplied after normalising; broadcasts with `x`. */
  readonly scale?: Tensor | undefined;
}

/** Root mean square normalisation `x/√(mean(x²) + ε) · scale` (Zhang and Sennrich 2019). */
export function rmsNorm(x: Tensor, { axes = [-1], epsilon = 1e-6, scale }: RmsNormOptions = {}): Tensor {
  const normal = mul(x, rsqrt(add(mean(square(x), { axes, keepDims: true }), epsilon)));
  return scale ? mul(normal, scale) : normal;
}

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** Booleans, true where a query may attend to a key, or floats that are added to the scores; broadcasts with `[..., queries, keys]`. */
  readonly mask?: Tensor | undefined;
  /** Each query attends to keys up to its own place only; both lengths known. Default false. */
  readonly causal?: boolean | undefined;
  /** Of the scores. Default 1/√d. */
  readonly scale?: number | undefined;
}

/** What a forbidden score becomes: far below all others, but finite, so that a row without any key is no NaN. */
const forbidden = -1e30;

/**
 * Attention `softmax(scale · q kᵀ + mask) v` (Vaswani et al. 2017). Heads are further leading axes.
 *
 * @param q - `[..., queries, d]`
 * @param k - `[..., keys, d]`
 * @param v - `[..., keys, e]`
 * @returns `[..., queries, e]`
 * @throws RangeError if shapes disagree
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, { mask, causal = false, scale }: AttentionOptions = {}): Tensor {
  if (q.rank < 2 || k.rank < 2 || q.shape.at(-1) !== k.shape.at(-1) || k.shape.at(-2) !== v.shape.at(-2)) {
    throw new RangeError(
      `scaledDotProductAttention: expected q [..., queries, d], k [..., keys, d] and v [..., keys, e], got ${[q, k, v].map((x) => formatShape(x.shape)).join(", ")}`,
    );
  }
  const factor = scale ?? 1 / Math.sqrt(staticDim("scaledDotProductAttention", q.shape, q.rank - 1));
  const scores = matmul(mul(q, factor), k, { transposeB: true });
  const allowed = mask?.dtype === "bool" ? where(mask, scores, forbidden) : mask ? add(scores, mask) : scores;
  return matmul(softmax(causal ? where(causalMask(scores), allowed, forbidden) : allowed), v);
}

function causalMask(scores: Tensor): Tensor {
  const [queries, keys] = [scores.rank - 2, scores.rank - 1].map((axis) => staticDim("causal attention", scores.shape, axis)) as [number, number];
  const mask = Float64Array.from({ length: queries * keys }, (_, i) => Number(i % keys <= Math.floor(i / keys)));
  return constant(mask, [queries, keys], "bool");
}
