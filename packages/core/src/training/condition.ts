import type { Tensor } from "@fluxion/graph";
import { avgPool2d } from "@fluxion/graph";
import type { Model } from "../models/model.ts";

/**
 * A model with the conditions and masks of one batch filled in: labels and masks as they were drawn, the low-resolution
 * images as the means of squares of pixels of `x1`.
 */
export function withBatch(model: Model, inputs: Readonly<Record<string, Tensor>>): Pick<Model, "apply"> {
  const { x1, labels } = inputs;
  const masks = Object.fromEntries(
    Object.keys(model.masks ?? {}).flatMap((name) => {
      const mask = inputs[name];
      return mask ? [[name, mask] as const] : [];
    }),
  );
  const { superResolution } = model;
  const lowResolution = superResolution === undefined || !x1 ? undefined : avgPool2d(x1, superResolution);
  const condition = labels ?? lowResolution ? { labels, lowResolution } : undefined;
  return { apply: (params, xt, t) => model.apply({ ...params, ...masks }, xt, t, condition) };
}
