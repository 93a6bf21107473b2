import type { Tensor } from "@fluxion/graph";
import { reshape, scaledDotProductAttention, transpose } from "@fluxion/graph";
import { chunk } from "./chunk.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";

/**
 * Multi-head attention among tokens (Vaswani et al. 2017): `[batch, tokens, width]` to the same.
 *
 * @param heads - a divisor of `width`
 */
export function tokenAttention(width: number, heads: number): Module {
  const parts = { qkv: linear(width, 3 * width, { glorot: true }), out: linear(width, width, { glorot: true }) };
  return compose(parts, (net, x: Tensor) => {
    const tokens = Number(x.shape[1]);
    // [batch, heads, tokens, width per head]; −1 stands for the batch, which may be named.
    const split = (y: Tensor): Tensor => transpose(reshape(y, [-1, tokens, heads, width / heads]), [0, 2, 1, 3]);
    const [q, k, v] = chunk(net.qkv(x), 2, 3);
    const mixed = scaledDotProductAttention(split(q), split(k), split(v));
    return net.out(reshape(transpose(mixed, [0, 2, 1, 3]), [-1, tokens, width]));
  });
}
