import { groupNorm as normalize, reshape } from "@fluxion/graph";
import { filled } from "./initializers.ts";
import type { Module } from "./module.ts";
import { parameter } from "./module.ts";

/**
 * Group normalisation with a scale and shift of each channel, `[batch, channels, h, w]` to the same (Wu and He 2018).
 *
 * @param groups - a divisor of `channels`
 */
export function groupNorm(channels: number, groups: number): Module {
  return {
    parameters: { weight: filled([channels], 1), bias: filled([channels], 0) },
    apply(params, x) {
      const [scale, shift] = (["weight", "bias"] as const).map((name) => reshape(parameter(params, name), [channels, 1, 1]));
      return normalize(x, groups, { scale, shift });
    },
  };
}
