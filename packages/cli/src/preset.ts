/** @file Options that a preset stands for. */
import { isPresetName, presets } from "fluxion";
import type { Preset } from "fluxion";

/**
 * Options with those of their preset beneath them: what is given wins.
 *
 * @throws Error for a preset that there is none of
 */
export function withPreset(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const name = options["preset"];
  if (name === undefined) return options;
  if (typeof name !== "string" || !isPresetName(name)) {
    throw new Error(`preset: expected one of ${Object.keys(presets).join(", ")}, got ${JSON.stringify(name)}`);
  }
  const { steps, ...preset } = optionsOf(presets[name]);
  // A time given instead takes the place of the preset's steps; what else the schedule says stays.
  return { ...preset, ...(options["minutes"] === undefined && { steps }), ...options };
}

function optionsOf({ model, training }: Preset): Readonly<Record<string, unknown>> {
  // The size of the images is that of the data.
  const network = Object.fromEntries(Object.entries(model).filter(([key]) => key !== "image"));
  const { batchSize, warmupSteps, clipNorm, emaDecay, ...rest } = training;
  return { model: "adm", ...network, ...rest, batch: batchSize, warmup: warmupSteps, clip: clipNorm, ema: emaDecay };
}
