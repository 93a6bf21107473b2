import type { Tensor } from "@fluxion/graph";
import { concat, silu, upsampleNearest } from "@fluxion/graph";
import { conv2d } from "../nn/conv2d.ts";
import { groupNorm } from "../nn/group-norm.ts";
import type { Module } from "../nn/module.ts";
import { compose } from "../nn/module.ts";
import { residualBlock } from "../nn/residual-block.ts";
import { selfAttention } from "../nn/self-attention.ts";
import { depthToSpace, spaceToDepth } from "../nn/space-depth.ts";
import type { Labelled } from "../nn/time-features.ts";
import { timeFeatures } from "../nn/time-features.ts";
import { channelsRead } from "./condition.ts";
import { imageModel } from "./image-model.ts";
import type { Model } from "./model.ts";
import type { UnetConfig, UnetOptions } from "./unet-options.ts";
import { heightsOf, resolveUnet } from "./unet-options.ts";

export type { UnetOptions } from "./unet-options.ts";

/**
 * A U-Net for images `[c, h, w]`: residual blocks told the time by scale and shift, self-attention at chosen
 * resolutions, skip connections from every block to its mirror image (after Dhariwal and Nichol 2021).
 *
 * The prediction starts as zero, and every residual block as its skip.
 *
 * @throws RangeError for unknown or ill-typed options and for sizes that do not divide
 */
export function unet(options: UnetOptions): Model {
  const config = resolveUnet(options);
  return imageModel("unet", config, build(config));
}

type Block = Module<readonly [Tensor, Tensor]>;

function build(config: UnetConfig): Module<Labelled<readonly [Tensor, Tensor]>> {
  const { channels, patch, groups, multiples, image } = config;
  const widths = multiples.map((multiple) => multiple * channels);
  const [first = channels, last = channels] = [widths[0], widths.at(-1)];
  const folded = patch * patch;
  const attends = heightsOf(config).map((height) => config.attention.includes(height));
  const blocks = (i: number, inputs: number, outputs: number) =>
    Array.from({ length: config.blocks }, () => block(config, { inputs, outputs, attends: attends[i] ?? false }));
  const steps = widths.slice(1).map((coarse, i) => ({ fine: widths[i] ?? coarse, coarse }));
  const parts = {
    time: timeFeatures(2 * channels, timeSize(channels), config),
    stem: conv2d(channelsRead(image, config) * folded, first),
    // down[i] from the finest level to the coarsest, up[i] back again
    down: widths.map((width, i) => blocks(i, width, width)),
    downsample: steps.map(({ fine, coarse }) => conv2d(fine, coarse, { stride: 2 })),
    middle: [attends.at(-1) ?? false, false].map((a) => block(config, { inputs: last, outputs: last, attends: a })),
    up: widths.map((width, i) => blocks(i, 2 * width, width)).reverse(),
    upsample: steps.map(({ fine, coarse }) => conv2d(coarse, fine)).reverse(),
    norm: groupNorm(first, groups),
    output: conv2d(first, image[0] * folded, { zero: true }),
  };
  return compose(parts, (net, xt: Tensor, t: Tensor, ...labels: Tensor[]) => {
    const time = net.time(t, ...labels);
    const skips: Tensor[] = [];
    let h = net.stem(spaceToDepth(xt, patch));
    net.down.forEach((blocks, i) => {
      for (const block of blocks) skips.push((h = block(h, time)));
      h = net.downsample[i]?.(h) ?? h;
    });
    for (const block of net.middle) h = block(h, time);
    net.up.forEach((blocks, i) => {
      for (const block of blocks) h = block(concat([h, ...skips.splice(-1)], 1), time);
      h = net.upsample[i]?.(upsampleNearest(h, 2)) ?? h;
    });
    return depthToSpace(net.output(silu(net.norm(h))), patch);
  });
}

/** Features of the time that every block reads. */
const timeSize = (channels: number) => 4 * channels;

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly attends: boolean;
}

/** A residual block, with self-attention behind it where the level attends. */
function block({ channels, heads, groups }: UnetConfig, { inputs, outputs, attends }: BlockOptions): Block {
  const parts = {
    residual: residualBlock(inputs, outputs, { time: timeSize(channels), groups }),
    attention: attends ? selfAttention(outputs, { heads, groups }) : undefined,
  };
  return compose(parts, ({ residual, attention }, x: Tensor, time: Tensor) => {
    const h = residual(x, time);
    return attention?.(h) ?? h;
  });
}
