import type { Tensor } from "@fluxion/graph";
import { add, silu } from "@fluxion/graph";
import { labelEmbedding } from "./label-embedding.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { compose } from "./module.ts";
import { sinusoidalTime } from "./time-embedding.ts";

/** Options of `timeFeatures`. */
export interface TimeFeaturesOptions {
  /** The number of classes, where labels are given beside the time. Default: none are. */
  readonly classes?: number | undefined;
  /** As of `linear`. Default: false. */
  readonly glorot?: boolean | undefined;
}

/** A network that is given labels behind its other inputs where it knows classes. */
export type Labelled<Inputs extends readonly Tensor[]> = readonly [...Inputs, ...Tensor[]];

/**
 * What every block is told: times `[batch]`, and labels `[batch]` where there are classes, to `[batch, width]`. The time
 * goes through two layers, the row of the label is added, and an activation ends it.
 *
 * @param frequencies - features of the sinusoidal embedding, even
 */
export function timeFeatures(
  frequencies: number,
  width: number,
  { classes, glorot = false }: TimeFeaturesOptions = {},
): Module<Labelled<readonly [Tensor]>> {
  const parts = {
    sinusoids: sinusoidalTime(frequencies),
    linear1: linear(frequencies, width, { glorot }),
    linear2: linear(width, width, { glorot }),
    label: classes === undefined ? undefined : labelEmbedding(classes, width),
  };
  return compose(parts, (net, t: Tensor, ...labels: Tensor[]) => {
    const time = net.linear2(silu(net.linear1(net.sinusoids(t))));
    const [label] = labels;
    return silu(net.label && label ? add(time, net.label(label)) : time);
  });
}
