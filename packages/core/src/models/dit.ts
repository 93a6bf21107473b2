import type { Tensor } from "@fluxion/graph";
import { add, constant, reshape, silu, transpose } from "@fluxion/graph";
import { chunk } from "../nn/chunk.ts";
import { ditBlock, modulated } from "../nn/dit-block.ts";
import { linear } from "../nn/linear.ts";
import type { Module } from "../nn/module.ts";
import { compose } from "../nn/module.ts";
import { sinCosPosition } from "../nn/sin-cos-position.ts";
import { depthToSpace, spaceToDepth } from "../nn/space-depth.ts";
import { sinusoidalTime } from "../nn/time-embedding.ts";
import type { DitConfig, DitOptions } from "./dit-options.ts";
import { resolveDit } from "./dit-options.ts";
import type { Model } from "./model.ts";
import { checkInputs } from "./model.ts";

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
  const network = build(config);
  return {
    kind: "dit",
    config: { kind: "dit", ...config },
    eventShape: config.image,
    parameters: network.parameters,
    apply(params, xt, t) {
      checkInputs("dit", config.image, xt, t);
      return network.apply(params, xt, t);
    },
  };
}

function build({ image: [channels, height, breadth], width, depth, heads, patch }: DitConfig): Module<readonly [Tensor, Tensor]> {
  const grid = [height / patch, breadth / patch] as const;
  const tokens = grid[0] * grid[1];
  const pixels = channels * patch * patch;
  const places = sinCosPosition(grid, width);
  const parts = {
    time: timeNetwork(width),
    stem: linear(pixels, width, { glorot: true }),
    blocks: Array.from({ length: depth }, () => ditBlock(width, heads)),
    modulation: linear(width, 2 * width, { zero: true }),
    output: linear(width, pixels, { zero: true }),
  };
  return compose(parts, (net, xt: Tensor, t: Tensor) => {
    const given = silu(net.time(t));
    const patches = transpose(reshape(spaceToDepth(xt, patch), [-1, pixels, tokens]), [0, 2, 1]);
    const start = add(net.stem(patches), constant(places, [tokens, width], xt.dtype));
    const h = net.blocks.reduce((x, block) => block(x, given), start);
    const [shift, scale] = chunk(net.modulation(given), 1, 2);
    const out = net.output(modulated(h, scale, shift));
    return depthToSpace(reshape(transpose(out, [0, 2, 1]), [-1, pixels, ...grid]), patch);
  });
}

const frequencies = 256;

/** Features of the time: `[batch]` to `[batch, width]`. */
function timeNetwork(width: number): Module {
  const parts = {
    sinusoids: sinusoidalTime(frequencies),
    linear1: linear(frequencies, width, { glorot: true }),
    linear2: linear(width, width, { glorot: true }),
  };
  return compose(parts, (net, t: Tensor) => net.linear2(silu(net.linear1(net.sinusoids(t)))));
}
