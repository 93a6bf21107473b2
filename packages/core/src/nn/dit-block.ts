import type { Tensor } from "@fluxion/graph";
import { add, expandDims, geluTanh, layerNorm, mul, split } from "@fluxion/graph";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";
import { tokenAttention } from "./token-attention.ts";

/**
 * A transformer block that is told time and condition by scale, shift and gate (adaLN-Zero, Peebles and Xie 2023):
 * `[batch, tokens, width]` and `[batch, width]` to `[batch, tokens, width]`.
 *
 * The gates start as zero, so the block starts as the identity.
 *
 * @param heads - a divisor of `width`
 */
export function ditBlock(width: number, heads: number): Module<readonly [Tensor, Tensor]> {
  const parts = {
    modulation: linear(width, 6 * width, { zero: true }),
    attention: tokenAttention(width, heads),
    expand: linear(width, 4 * width, { glorot: true }),
    contract: linear(4 * width, width, { glorot: true }),
  };
  return compose(parts, (net, x: Tensor, given: Tensor) => {
    const [shift1, scale1, gate1, shift2, scale2, gate2] = split(net.modulation(given), 1, 6) as [
      Tensor, Tensor, Tensor, Tensor, Tensor, Tensor,
    ];
    const h = add(x, mul(expandDims(gate1, 1), net.attention(modulated(x, scale1, shift1))));
    const told = geluTanh(net.expand(modulated(h, scale2, shift2)));
    return add(h, mul(expandDims(gate2, 1), net.contract(told)));
  });
}

/** Layer norm whose scale and shift, `[batch, width]`, come from elsewhere. */
export function modulated(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return add(mul(layerNorm(x, { epsilon: 1e-6 }), add(expandDims(scale, 1), 1)), expandDims(shift, 1));
}
