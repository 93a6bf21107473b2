import type { Tensor } from "@fluxion/graph";
import { add, constant, reshape, transpose } from "@fluxion/graph";
import { chunk } from "../nn/chunk.ts";
import { ditBlock, modulated } from "../nn/dit-block.ts";
import { linear } from "../nn/linear.ts";
import type { Module } from "../nn/module.ts";
import { compose } from "../nn/module.ts";
import { sinCosPosition } from "../nn/sin-cos-position.ts";
import { depthToSpace, spaceToDepth } from "../nn/space-depth.ts";
import type { Labelled } from "../nn/time-features.ts";
import { timeFeatures } from "../nn/time-features.ts";
import type { DitConfig, DitOptions } from "./dit-options.ts";
import { resolveDit } from "./dit-options.ts";
import { channelsRead } from "./condition.ts";
import { imageModel } from "./image-model.ts";
import type { Model } from "./model.ts";

export type { DitOptions } from "./dit-options.ts";

/**
 * A diffusion transformer for images `[c, h, w]` (DiT, Peebles and Xie 2023): patches are tokens with fixed sine and cosine
 * places, and blocks are told the time by adaLN-Zero. It predicts as many channels as it reads: no variance is learned.
 *
 * The prediction starts as zero, every block as the identity.
 *
 * @throws RangeError for unknown or ill-typed options and for sizes that do not divide
 */
export function dit(options: DitOptions): Model {
  const config = resolveDit(options);
  return imageModel("dit", config, build(config));
}

/** Features of the sinusoidal embedding of the time. */
const frequencies = 256;

function build(config: DitConfig): Module<Labelled<readonly [Tensor, Tensor]>> {
  const { image, width, depth, heads, patch } = config;
  const [channels, height, breadth] = image;
  const grid = [height / patch, breadth / patch] as const;
  const tokens = grid[0] * grid[1];
  const read = channelsRead(image, config) * patch * patch;
  const written = channels * patch * patch;
  const places = sinCosPosition(grid, width);
  const parts = {
    time: timeFeatures(frequencies, width, { ...config, glorot: true }),
    stem: linear(read, width, { glorot: true }),
    blocks: Array.from({ length: depth }, () => ditBlock(width, heads)),
    modulation: linear(width, 2 * width, { zero: true }),
    output: linear(width, written, { zero: true }),
  };
  return compose(parts, (net, xt: Tensor, t: Tensor, ...labels: Tensor[]) => {
    const given = net.time(t, ...labels);
    const patches = transpose(reshape(spaceToDepth(xt, patch), [-1, read, tokens]), [0, 2, 1]);
    const start = add(net.stem(patches), constant(places, [tokens, width], xt.dtype));
    const h = net.blocks.reduce((x, block) => block(x, given), start);
    const [shift, scale] = chunk(net.modulation(given), 1, 2);
    const out = net.output(modulated(h, scale, shift));
    return depthToSpace(reshape(transpose(out, [0, 2, 1]), [-1, written, ...grid]), patch);
  });
}
