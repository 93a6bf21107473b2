/** @file What networks of images have in common: from a configuration and a network to a model. */
import type { Tensor } from "@fluxion/graph";
import { concat, resizeBilinear } from "@fluxion/graph";
import type { Labelled } from "../nn/time-features.ts";
import type { Module } from "../nn/module.ts";
import type { ConditionOptions } from "./condition.ts";
import type { Model } from "./model.ts";
import { checkInputs } from "./model.ts";

/** What every configuration says. */
type ImageConfig = ConditionOptions & { readonly image: readonly [number, number, number] };

/**
 * The model of a network that reads `xt` and the time. Labels stand behind its inputs, the low-resolution image is upsampled
 * bilinearly and joined to the channels of `xt`.
 *
 * @param config - checked, with its defaults
 */
export function imageModel(kind: string, config: ImageConfig, network: Module<Labelled<readonly [Tensor, Tensor]>>): Model {
  const [, height, width] = config.image;
  return {
    kind,
    config: { kind, ...config },
    eventShape: config.image,
    parameters: network.parameters,
    masks: network.masks,
    classes: config.classes,
    superResolution: config.superResolution,
    apply: (params, xt, t, condition = {}) => {
      checkInputs(kind, config.image, xt, t);
      const { labels, lowResolution } = condition;
      checkGiven(kind, "labels", config.classes, labels, `int32 [batch] of ${String(config.classes)} classes`);
      checkGiven(kind, "lowResolution", config.superResolution, lowResolution, "images of low resolution");
      const x = lowResolution ? concat([xt, resizeBilinear(lowResolution, { size: [height, width] })], 1) : xt;
      return network.apply(params, x, t, ...(labels ? [labels] : []));
    },
  };
}

function checkGiven(kind: string, name: string, option: number | undefined, given: Tensor | undefined, expected: string): void {
  if ((option === undefined) === (given === undefined)) return;
  const unwanted = `expected none, got ${given?.toString() ?? ""}; make the model with ${name === "labels" ? "classes" : "superResolution"}`;
  throw new TypeError(`${kind}: ${name}: ${option === undefined ? unwanted : `expected ${expected}, got none; give them as a condition`}`);
}
