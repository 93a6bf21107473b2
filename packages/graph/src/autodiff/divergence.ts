import { formatShape, sameShape, sizeOf, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { constant } from "../ops/constant.ts";
import { mul } from "../ops/binary.ts";
import { sum } from "../ops/reduce.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { jvp } from "./derivatives.ts";

function eventOf(where: string, v: Tensor, x: Tensor): readonly number[] {
  if (x.rank < 2 || !sameShape(v.shape, x.shape)) {
    throw new RangeError(
      `${where}: expected a field and a point of one shape [batch, ...event], got ${formatShape(v.shape)} and ${formatShape(x.shape)}`,
    );
  }
  return x.shape.slice(1).map((_, i) => staticDim(where, x.shape, i + 1));
}

/**
 * The exact divergence Σ_i ∂v_i/∂x_i per example: all d directions stacked in one forward pass, so memory is d times
 * that of `v`.
 *
 * @param v - `[batch, ...event]`, computed from `x`, each example from its own only
 * @param x - `[batch, ...event]`
 * @returns `[batch]`
 */
export function divergence(v: Tensor, x: Tensor): Tensor {
  const event = eventOf("divergence", v, x);
  const d = sizeOf(event);
  const identity = new Float64Array(d * d);
  for (let i = 0; i < d; i++) identity[i * d + i] = 1;
  const basis = constant(identity, [d, 1, ...event], x.dtype);
  const [dv] = jvp([v], [x], [broadcastTo(basis, [d, ...x.shape])]);
  return contract(dv, basis, event.length);
}

/**
 * Hutchinson's estimate of the divergence, the mean of zᵀ(∂v/∂x)z over probes z with E[zzᵀ] = I (eq 34).
 *
 * @param probes - `[n, batch, ...event]`
 * @returns `[batch]`
 */
export function hutchinsonDivergence(v: Tensor, x: Tensor, probes: Tensor): Tensor {
  const event = eventOf("hutchinsonDivergence", v, x);
  const [dv] = jvp([v], [x], [probes]);
  return mul(contract(dv, probes, event.length), 1 / staticDim("hutchinsonDivergence", probes.shape, 0));
}

/** Σ over directions and event axes of dv · z, per example. */
function contract(dv: Tensor | undefined, z: Tensor, eventRank: number): Tensor {
  if (dv === undefined) throw new Error("internal: jvp without result");
  return sum(mul(dv, z), { axes: [0, ...Array.from({ length: eventRank }, (_, i) => i + 2)] });
}
