/** @file What a network is told beside the time: classes, and images of low resolution. */
import type { DType } from "@fluxion/graph";
import { wholeNumber } from "./options.ts";
import type { Model } from "./model.ts";

/** Options of models that take conditions. */
export interface ConditionOptions {
  /** The number of classes, from 1: labels are then needed. Default: none. */
  readonly classes?: number | undefined;
  /** Sides of the image over those of the low-resolution image that is then needed, from 2. Default: none. */
  readonly superResolution?: number | undefined;
}

/** The names of these options. */
export const conditionKeys = ["classes", "superResolution"] as const;

/** Checks the options; what is not asked for is left out, so that configurations stay those of models without. */
export function resolveConditions(kind: string, image: readonly number[], options: ConditionOptions): ConditionOptions {
  const { classes, superResolution: factor } = options;
  if (factor !== undefined) {
    wholeNumber(`${kind}: superResolution`, factor, 2);
    const sides = image.slice(1);
    if (sides.some((side) => side % factor !== 0)) {
      throw new RangeError(
        `${kind}: superResolution: expected a divisor of the sides ${sides.join("×")}, got ${String(factor)}; pad the images or choose another factor`,
      );
    }
  }
  return {
    ...(classes !== undefined && { classes: wholeNumber(`${kind}: classes`, classes) }),
    ...(factor !== undefined && { superResolution: factor }),
  };
}

/** Channels that a network reads: those of the image, and of the upsampled image beside it. */
export function channelsRead([channels]: readonly [number, number, number], { superResolution }: ConditionOptions): number {
  return superResolution === undefined ? channels : 2 * channels;
}

/** One condition's values without the batch. */
export interface ConditionInput {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The conditions that a model must be given, by name. */
export function conditionInputs({ eventShape, classes, superResolution }: Model): Readonly<Record<string, ConditionInput>> {
  const [channels = 1, ...sides] = eventShape;
  return {
    ...(classes !== undefined && { labels: { shape: [], dtype: "int32" } }),
    ...(superResolution !== undefined && {
      lowResolution: { shape: [channels, ...sides.map((side) => side / superResolution)], dtype: "float32" },
    }),
  };
}
