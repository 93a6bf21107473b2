import type { Tensor } from "@fluxion/graph";
import { add, avgPool2d, mul, reshape, silu, upsampleNearest } from "@fluxion/graph";
import { chunk } from "./chunk.ts";
import { conv2d } from "./conv2d.ts";
import { dropout as drop } from "./dropout.ts";
import { groupNorm } from "./group-norm.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";

/** Options of `admBlock`. */
export interface AdmBlockOptions {
  /** The number of features of time and condition. */
  readonly features: number;
  /** Groups of the norms, a divisor of both channel counts. */
  readonly groups: number;
  /** Whether the features scale and shift the second norm; otherwise they are added before it. */
  readonly scaleShift: boolean;
  /** Height and width of the output. */
  readonly sides: readonly [number, number];
  /** The rate of dropout before the second convolution. Default: 0. */
  readonly dropout?: number | undefined;
  /** Whether the block also halves or doubles the resolution. Default: neither. */
  readonly resample?: keyof typeof resampled | undefined;
}

const resampled = {
  down: (x: Tensor) => avgPool2d(x, 2),
  up: (x: Tensor) => upsampleNearest(x, 2),
  none: (x: Tensor) => x,
} as const;

/**
 * The residual block of ADM (Dhariwal and Nichol 2021, after BigGAN): `[batch, inputs, h, w]` and `[batch, features]` to
 * `[batch, outputs, ...sides]`.
 *
 * Its second convolution starts as zero, so the block starts as its skip.
 */
export function admBlock(
  inputs: number,
  outputs: number,
  { features, groups, scaleShift, sides, dropout = 0, resample = "none" }: AdmBlockOptions,
): Module<readonly [Tensor, Tensor]> {
  const told = scaleShift ? 2 * outputs : outputs;
  const parts = {
    norm1: groupNorm(inputs, groups),
    conv1: conv2d(inputs, outputs),
    features: linear(features, told),
    norm2: groupNorm(outputs, groups),
    dropout: drop(dropout, [outputs, ...sides]),
    conv2: conv2d(outputs, outputs, { zero: true }),
    skip: inputs === outputs ? undefined : conv2d(inputs, outputs, { kernel: 1 }),
  };
  const resize = resampled[resample];
  return compose(parts, (net, x: Tensor, given: Tensor) => {
    const h = net.conv1(resize(silu(net.norm1(x))));
    const said = reshape(net.features(given), [-1, told, 1, 1]);
    const kept = resize(x);
    const normed = scaleShift ? scaledAndShifted(net.norm2(h), said) : net.norm2(add(h, said));
    return add(net.skip?.(kept) ?? kept, net.conv2(net.dropout(silu(normed))));
  });
}

function scaledAndShifted(h: Tensor, said: Tensor): Tensor {
  const [scale, shift] = chunk(said, 1, 2);
  return add(mul(h, add(scale, 1)), shift);
}
