/** @file Times `[batch]` beside examples `[batch, ...event]`. */
import type { Tensor } from "@fluxion/graph";
import { formatShape, jvp, ones, reshape } from "@fluxion/graph";

/** Lets values per example `[batch]` meet examples `[batch, ...event]`: never by accident along the event. */
export function timesOf(x: Tensor, t: Tensor): (values: Tensor) => Tensor {
  if (t.rank !== 1 || t.shape[0] !== x.shape[0]) {
    throw new RangeError(`path: expected times [batch] for examples ${formatShape(x.shape)}, got ${formatShape(t.shape)}`);
  }
  return (values) => reshape(values, [x.shape[0] ?? 1, ...x.shape.slice(1).map(() => 1)]);
}

/** ∂y/∂t at every time of a batch, for `y` `[batch, ...]` computed from `t` `[batch]`, each example from its own only. */
export function timeDerivative(y: Tensor, t: Tensor): Tensor {
  const [rate] = jvp([y], [t], [ones([1, ...t.shape], t.dtype)]);
  return reshape(rate, y.shape);
}
