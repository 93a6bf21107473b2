import { builtFrom } from "../options.ts";
import { edmTimes } from "./edm.ts";
import { logitNormalTimes } from "./logit-normal.ts";
import { modeTimes } from "./mode.ts";
import { stratifiedTimes } from "./stratified.ts";
import type { TimeSampler } from "./time-sampler.ts";
import { uniformTimes } from "./uniform.ts";

/** The distributions of times by kind, with their options: a new one is a file beside this and a line here. */
export const timeSamplers = {
  uniform: { options: [], make: uniformTimes },
  "logit-normal": { options: ["mean", "std"], make: logitNormalTimes },
  edm: { options: ["mean", "std"], make: edmTimes },
  mode: { options: ["scale"], make: modeTimes },
  stratified: { options: [], make: stratifiedTimes },
} as const;

/** A distribution of times by name. */
export type TimesName = keyof typeof timeSamplers;

/**
 * Builds the distribution of times that a configuration describes.
 *
 * @throws RangeError for an unknown kind or option
 */
export function timesFromConfig(config: Readonly<Record<string, unknown>>): TimeSampler {
  return builtFrom<TimeSampler>("times", timeSamplers, config);
}
