import { builtFrom } from "../options.ts";
import { cosmapWeight } from "./cosmap.ts";
import { edmWeight } from "./edm.ts";
import { minSnrWeight } from "./min-snr.ts";
import type { Weight } from "./weight.ts";

/** The weights by kind, with their options: a new one is a file beside this and a line here. */
export const weights = {
  "min-snr": { options: ["gamma"], make: minSnrWeight },
  cosmap: { options: [], make: cosmapWeight },
  edm: { options: ["sigmaData"], make: edmWeight },
} as const;

/** A weight by name. */
export type WeightName = keyof typeof weights;

/**
 * Builds the weight that a configuration describes.
 *
 * @throws RangeError for an unknown kind or option
 */
export function weightFromConfig(config: Readonly<Record<string, unknown>>): Weight {
  return builtFrom<Weight>("weight", weights, config);
}
