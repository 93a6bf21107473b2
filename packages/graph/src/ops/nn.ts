/** @file Normalisation layers, composed of other ops. */

import { broadcastShapes, formatShape, sameShape, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { widened } from "./cast.ts";
import { requireFloat } from "./checks.ts";
import { scaledGroups, standardizedGroups } from "./group-norm.ts";
import { mean } from "./reduce.ts";
import { requireEpsilon, standardize } from "./standardize.ts";
import { rsqrt, square } from "./unary.ts";

/** Options of `groupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number | undefined;
  /** Multiplied after normalising: `[c, 1, …]`, or `[n, c, 1, …]` for each example its own. */
  readonly scale?: Tensor | undefined;
  /** Added at the end, of either shape. */
  readonly shift?: Tensor | undefined;
}

/**
 * Group normalisation `(x − mean)/√(variance + ε) · scale + shift` over each group of channels of each example (Wu and He
 * 2018). Scale and shift given together are differentiated with half the passes over the images that ops after it would take.
 *
 * @param x - `[n, c, ...spatial]`
 * @param groups - divides c
 * @throws RangeError if it does not, `epsilon` is not above 0, or `scale` or `shift` has another shape
 */
export function groupNorm(x: Tensor, groups: number, { epsilon = 1e-5, scale, shift }: GroupNormOptions = {}): Tensor {
  const channels = staticDim("groupNorm", x.shape, 1);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(
      `groupNorm: expected a number of groups that divides the ${String(channels)} channels of ${formatShape(x.shape)}, got ${String(groups)}`,
    );
  }
  requireEpsilon("groupNorm", epsilon);
  const shared = [channels, ...x.shape.slice(2).map(() => 1)];
  const own = [x.shape[0] ?? 1, ...shared];
  for (const [key, part] of Object.entries({ scale, shift })) {
    if (part === undefined) continue;
    if (part.dtype !== x.dtype) throw new TypeError(`groupNorm: expected a ${key} of the type of ${x.toString()}, got ${part.toString()}; use cast on one of them`);
    if (sameShape(part.shape, shared) || sameShape(part.shape, own)) continue;
    throw new RangeError(`groupNorm: expected a ${key} of shape ${formatShape(shared)} or ${formatShape(own)}, got ${formatShape(part.shape)}`);
  }
  if (scale && shift && x.dtype !== "float16") return scaledGroups(x, scale, shift, groups, epsilon);
  return affinely("groupNorm", standardizedGroups(x, groups, epsilon), scale, shift);
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

/**
 * Layer normalisation `(x − mean)/√(variance + ε) · scale + shift` over the last axes (Ba et al. 2016).
 *
 * @throws RangeError if `axes` are not the last ones, or `scale` or `shift` does not broadcast to `x`
 */
export function layerNorm(x: Tensor, { axes = [-1], epsilon, scale, shift }: LayerNormOptions = {}): Tensor {
  requireFloat("layerNorm", x);
  return affinely("layerNorm", standardize(x, { axes, epsilon }), scale, shift);
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

/**
 * Root mean square normalisation `x/√(mean(x²) + ε) · scale` (Zhang and Sennrich 2019).
 *
 * @throws RangeError if `scale` does not broadcast to `x`, or `epsilon` is not above 0
 */
export function rmsNorm(x: Tensor, { axes = [-1], epsilon = 1e-6, scale }: RmsNormOptions = {}): Tensor {
  requireFloat("rmsNorm", x);
  requireEpsilon("rmsNorm", epsilon);
  return affinely("rmsNorm", mul(x, widened(x, (wide) => rsqrt(add(mean(square(wide), { axes, keepDims: true }), epsilon)))), scale);
}

/** Multiplies and adds what broadcasts to `x`, without widening it. */
function affinely(name: string, x: Tensor, scale: Tensor | undefined, shift?: Tensor): Tensor {
  for (const [key, part] of Object.entries({ scale, shift })) {
    if (part === undefined || sameShape(broadcastShapes(name, part.shape, x.shape), x.shape)) continue;
    throw new RangeError(`${name}: expected a ${key} that broadcasts to ${formatShape(x.shape)}, got ${formatShape(part.shape)}`);
  }
  const scaled = scale ? mul(x, scale) : x;
  return shift ? add(scaled, shift) : scaled;
}
