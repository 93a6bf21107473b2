import type { Tensor } from "@fluxion/graph";
import { slice } from "@fluxion/graph";

/** Cuts an axis of known size into 2 or 3 equal pieces. */
export function chunk(x: Tensor, axis: number, count: 2): readonly [Tensor, Tensor];
export function chunk(x: Tensor, axis: number, count: 3): readonly [Tensor, Tensor, Tensor];
export function chunk(x: Tensor, axis: number, count: number): readonly Tensor[] {
  const size = Number(x.shape[axis]) / count;
  return Array.from({ length: count }, (_, i) => slice(x, axis, i * size, (i + 1) * size));
}
