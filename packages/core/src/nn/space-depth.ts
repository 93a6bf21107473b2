/** @file Folding square patches of pixels into channels, and back. */
import type { Shape, Tensor } from "@fluxion/graph";
import { reshape, transpose } from "@fluxion/graph";

/** `[batch, c, h, w]` to `[batch, c·patch², h/patch, w/patch]`. */
export function spaceToDepth(x: Tensor, patch: number): Tensor {
  if (patch === 1) return x;
  const [c, h, w] = sizes(x.shape);
  const cut = reshape(x, [-1, c, h / patch, patch, w / patch, patch]);
  return reshape(transpose(cut, [0, 1, 3, 5, 2, 4]), [-1, c * patch * patch, h / patch, w / patch]);
}

/** The inverse of `spaceToDepth`. */
export function depthToSpace(x: Tensor, patch: number): Tensor {
  if (patch === 1) return x;
  const [depth, h, w] = sizes(x.shape);
  const c = depth / (patch * patch);
  const cut = reshape(x, [-1, c, patch, patch, h, w]);
  return reshape(transpose(cut, [0, 1, 4, 2, 5, 3]), [-1, c, h * patch, w * patch]);
}

function sizes(shape: Shape): [number, number, number] {
  return [Number(shape[1]), Number(shape[2]), Number(shape[3])];
}
