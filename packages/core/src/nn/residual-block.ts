import type { Tensor } from "@fluxion/graph";
import { add, groupNorm as normalize, reshape, silu } from "@fluxion/graph";
import { chunk } from "./chunk.ts";
import { conv2d } from "./conv2d.ts";
import { groupNorm } from "./group-norm.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";

/** Options of `residualBlock`. */
export interface ResidualBlockOptions {
  /** The number of time features. */
  readonly time: number;
  /** Groups of the norms, a divisor of both channel counts. */
  readonly groups: number;
}

/**
 * A residual block that is told the time by scale and shift: `[batch, inputs, h, w]` and `[batch, time]` to
 * `[batch, outputs, h, w]`.
 *
 * Its second convolution starts as zero, so the block starts as its skip.
 */
export function residualBlock(
  inputs: number,
  outputs: number,
  { time, groups }: ResidualBlockOptions,
): Module<readonly [Tensor, Tensor]> {
  const parts = {
    norm: groupNorm(inputs, groups),
    conv1: conv2d(inputs, outputs),
    time: linear(time, 2 * outputs),
    conv2: conv2d(outputs, outputs, { zero: true }),
    skip: inputs === outputs ? undefined : conv2d(inputs, outputs, { kernel: 1 }),
  };
  return compose(parts, (net, x: Tensor, features: Tensor) => {
    const [scale, shift] = chunk(reshape(net.time(features), [-1, 2 * outputs, 1, 1]), 1, 2);
    const h = net.conv1(silu(net.norm(x)));
    // The second norm needs no scale and shift of its own: the bias of `time` is one.
    const told = normalize(h, groups, { scale: add(scale, 1), shift });
    return add(net.skip?.(x) ?? x, net.conv2(silu(told)));
  });
}
