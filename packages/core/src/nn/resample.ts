/** @file Halving and doubling the resolution of feature maps. */
import type { Tensor } from "@fluxion/graph";
import { avgPool2d, upsampleNearest } from "@fluxion/graph";
import { conv2d } from "./conv2d.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";

/** Options of `downsample` and `upsample`. */
export interface ResampleOptions {
  /** Whether a 3×3 convolution takes part. Default: true. */
  readonly conv?: boolean | undefined;
}

/** `[batch, channels, h, w]` to half the height and width: a convolution of stride 2, or the mean of 2×2 pixels. */
export function downsample(channels: number, { conv = true }: ResampleOptions = {}): Module {
  const parts = { conv: conv ? conv2d(channels, channels, { stride: 2 }) : undefined };
  return compose(parts, (net, x: Tensor) => net.conv?.(x) ?? avgPool2d(x, 2));
}

/** `[batch, channels, h, w]` to twice the height and width: pixels repeated, with a convolution behind. */
export function upsample(channels: number, { conv = true }: ResampleOptions = {}): Module {
  const parts = { conv: conv ? conv2d(channels, channels) : undefined };
  return compose(parts, (net, x: Tensor) => {
    const doubled = upsampleNearest(x, 2);
    return net.conv?.(doubled) ?? doubled;
  });
}
