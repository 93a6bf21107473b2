import type { Tensor } from "@fluxion/graph";
import { concat, silu } from "@fluxion/graph";
import { admBlock } from "../nn/adm-block.ts";
import { conv2d } from "../nn/conv2d.ts";
import { groupNorm } from "../nn/group-norm.ts";
import type { Module } from "../nn/module.ts";
import { compose } from "../nn/module.ts";
import { downsample, upsample } from "../nn/resample.ts";
import { selfAttention } from "../nn/self-attention.ts";
import type { Labelled } from "../nn/time-features.ts";
import { timeFeatures } from "../nn/time-features.ts";
import type { AdmConfig, AdmOptions } from "./adm-options.ts";
import { resolveAdm } from "./adm-options.ts";
import { channelsRead } from "./condition.ts";
import { imageModel } from "./image-model.ts";
import type { Model } from "./model.ts";

export type { AdmOptions } from "./adm-options.ts";

/**
 * The U-Net of ADM for images `[c, h, w]` (Dhariwal and Nichol 2021), the paper's network (Appendix E): residual blocks,
 * self-attention at chosen resolutions, skip connections from every layer on the way down to its mirror image.
 *
 * The prediction starts as zero, every residual block as its skip and every attention as the identity.
 *
 * @throws RangeError for unknown or ill-typed options and for sizes that do not divide
 */
export function adm(options: AdmOptions): Model {
  const config = resolveAdm(options);
  return imageModel("adm", config, build(config));
}

type Block = Module<readonly [Tensor, Tensor]>;

function build(config: AdmConfig): Module<Labelled<readonly [Tensor, Tensor]>> {
  const { channels, groups, image } = config;
  const levels = levelsOf(config);
  const [first, last] = [levels[0], levels.at(-1)];
  if (!first || !last) throw new Error("internal: a network without levels");
  const skips = skipWidths(config, levels);
  const parts = {
    time: timeFeatures(channels, 4 * channels, config),
    stem: conv2d(channelsRead(image, config), first.width),
    // down[i] from the finest level to the coarsest, up[i] back again
    down: levels.map((level, i) =>
      times(config.blocks, (j) => block(config, level, j === 0 ? (levels[i - 1] ?? first).width : level.width)),
    ),
    downsample: levels.slice(1).map((coarse, i) => resampler(config, { ...coarse, width: (levels[i] ?? coarse).width }, "down")),
    middle: [residual(config, last, last.width), attention(config, last.width), residual(config, last, last.width)],
    up: levels
      .map((level, i) =>
        times(config.blocks + 1, (j) => {
          const width = j === 0 ? (levels[i + 1] ?? last).width : level.width;
          return block(config, level, width + (skips[i]?.[j] ?? 0));
        }),
      )
      .reverse(),
    upsample: levels.slice(0, -1).map((fine, i) => resampler(config, { ...fine, width: (levels[i + 1] ?? fine).width }, "up")).reverse(),
    norm: groupNorm(first.width, groups),
    output: conv2d(first.width, image[0], { zero: true }),
  };
  return compose(parts, (net, xt: Tensor, t: Tensor, ...labels: Tensor[]) => {
    const features = net.time(t, ...labels);
    const across: Tensor[] = [];
    let h = net.stem(xt);
    across.push(h);
    net.down.forEach((blocks, i) => {
      for (const block of blocks) across.push((h = block(h, features)));
      const resample = net.downsample[i];
      if (resample) across.push((h = resample(h, features)));
    });
    for (const layer of net.middle) h = layer(h, features);
    net.up.forEach((blocks, i) => {
      for (const block of blocks) h = block(concat([h, ...across.splice(-1)], 1), features);
      h = net.upsample[i]?.(h, features) ?? h;
    });
    return net.output(silu(net.norm(h)));
  });
}

interface Level {
  readonly width: number;
  readonly sides: readonly [number, number];
  readonly attends: boolean;
}

function levelsOf({ channels, multiples, image: [, height, width], attention }: AdmConfig): Level[] {
  return multiples.map((multiple, i) => ({
    width: multiple * channels,
    sides: [height / 2 ** i, width / 2 ** i],
    attends: attention.includes(height / 2 ** i),
  }));
}

/** For each level, the widths of the feature maps that its blocks on the way up join, last made first. */
function skipWidths({ blocks }: AdmConfig, levels: readonly Level[]): number[][] {
  return levels.map(({ width }, i) => [...times(blocks, () => width), (levels[i - 1] ?? levels[0])?.width ?? width]);
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** A residual block from `inputs` channels to those of a level. */
function residual(config: AdmConfig, { width, sides }: Level, inputs: number, resample?: "down" | "up"): Block {
  const { channels, groups, scaleShift, dropout } = config;
  return admBlock(inputs, width, { features: 4 * channels, groups, scaleShift, sides, dropout, resample });
}

/** Self-attention as a layer that is given the features and does not need them. */
function attention({ heads, headChannels, groups }: AdmConfig, width: number): Block {
  const layer = selfAttention(width, { heads: headChannels === undefined ? (heads ?? 1) : width / headChannels, groups });
  return { ...layer, apply: (params, x) => layer.apply(params, x) };
}

/** A residual block, with self-attention behind it where the level attends. */
function block(config: AdmConfig, level: Level, inputs: number): Block {
  const parts = {
    residual: residual(config, level, inputs),
    attention: level.attends ? attention(config, level.width) : undefined,
  };
  return compose(parts, (net, x: Tensor, features: Tensor) => {
    const h = net.residual(x, features);
    return net.attention?.(h, features) ?? h;
  });
}

/** Half or twice the resolution, to the sides of a level, at the same width. */
function resampler(config: AdmConfig, to: Level, resample: "down" | "up"): Block {
  if (config.residualResample) return residual(config, to, to.width, resample);
  const layer = (resample === "down" ? downsample : upsample)(to.width, { conv: config.convResample });
  return { ...layer, apply: (params, x) => layer.apply(params, x) };
}
