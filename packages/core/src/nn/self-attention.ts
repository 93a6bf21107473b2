import type { Tensor } from "@fluxion/graph";
import { add, matmul, mul, reshape, softmax } from "@fluxion/graph";
import { chunk } from "./chunk.ts";
import { conv2d } from "./conv2d.ts";
import { groupNorm } from "./group-norm.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";

/** Options of `selfAttention`. */
export interface SelfAttentionOptions {
  /** A divisor of the channels. */
  readonly heads: number;
  /** Groups of the norm, a divisor of the channels. */
  readonly groups: number;
}

/**
 * Multi-head attention among the pixels of a feature map, added to its input: `[batch, channels, h, w]` to the same.
 *
 * The output projection starts as zero, so the layer starts as the identity.
 */
export function selfAttention(channels: number, { heads, groups }: SelfAttentionOptions): Module {
  const parts = {
    norm: groupNorm(channels, groups),
    qkv: conv2d(channels, 3 * channels, { kernel: 1 }),
    out: conv2d(channels, channels, { kernel: 1, zero: true }),
  };
  return compose(parts, ({ norm, qkv, out }, x: Tensor) => {
    // [batch, 3, heads, channels per head, pixels]; −1 stands for the batch, which may be named.
    const [q, k, v] = chunk(reshape(qkv(norm(x)), [-1, 3, heads, channels / heads, pixelsOf(x)]), 1, 3);
    const scores = matmul(mul(q, Math.sqrt(heads / channels)), k, { transposeA: true });
    const mixed = matmul(v, softmax(scores), { transposeB: true });
    return add(x, out(reshape(mixed, x.shape)));
  });
}

function pixelsOf(x: Tensor): number {
  const [, , height, width] = x.shape;
  if (typeof height !== "number" || typeof width !== "number") {
    throw new RangeError(
      `selfAttention: expected [batch, channels, h, w] with h and w numbers, got ${x.toString()}; name only the batch`,
    );
  }
  return height * width;
}
