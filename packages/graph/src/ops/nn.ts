/** @file What networks are made of, composed of other ops. */

import { formatShape, sizeOf, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { standardize } from "./reduce.ts";
import { reshape } from "./shaping.ts";

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
