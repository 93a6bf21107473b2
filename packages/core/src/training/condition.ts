import type { Tensor } from "@fluxion/graph";
import type { Model } from "../models/model.ts";

/** A model with the conditions and masks of one batch filled in, as they were drawn. */
export function withBatch(model: Model, inputs: Readonly<Record<string, Tensor>>): Pick<Model, "apply"> {
  const { labels, lowResolution } = inputs;
  const masks = Object.fromEntries(
    Object.keys(model.masks ?? {}).flatMap((name) => {
      const mask = inputs[name];
      return mask ? [[name, mask] as const] : [];
    }),
  );
  const condition = labels ?? lowResolution ? { labels, lowResolution } : undefined;
  return { apply: (params, xt, t) => model.apply({ ...params, ...masks }, xt, t, condition) };
}
