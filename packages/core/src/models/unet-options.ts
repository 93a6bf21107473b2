import type { ConditionOptions } from "./condition.ts";
import { conditionKeys, resolveConditions } from "./condition.ts";
import { attentionHeights, divisorUpTo, imageShape } from "./image-options.ts";
import { checkKeys, wholeNumber, wholeNumbers } from "./options.ts";

/** Options of `unet`. */
export interface UnetOptions extends ConditionOptions {
  /** Channels, height and width; both sides divisible by `patch · 2^(multiples.length − 1)`. */
  readonly image: readonly [number, number, number];
  /** Channels of the feature maps that `multiples` multiply. Default: 32. */
  readonly channels?: number | undefined;
  /** Channel multiple of each level; each level halves the resolution of the one before. Default: [1, 2, 2]. */
  readonly multiples?: readonly number[] | undefined;
  /** Residual blocks of each level on the way down, and again on the way up. Default: 2. */
  readonly blocks?: number | undefined;
  /** Heights in pixels of the feature maps that get self-attention. Default: the coarsest level's. */
  readonly attention?: readonly number[] | undefined;
  /** Attention heads, a divisor of `channels`. Default: the greatest up to 4. */
  readonly heads?: number | undefined;
  /** Groups of the group norms, a divisor of `channels`. Default: the greatest up to 8. */
  readonly groups?: number | undefined;
  /** Side in pixels of the squares that the stem folds into channels and the head unfolds, for speed. Default: 1. */
  readonly patch?: number | undefined;
}

/** The checked options with their defaults filled in. */
export type UnetConfig = ConditionOptions & {
  readonly [K in Exclude<keyof UnetOptions, keyof ConditionOptions>]-?: Exclude<UnetOptions[K], undefined>;
};

const known = ["image", "channels", "multiples", "blocks", "attention", "heads", "groups", "patch", ...conditionKeys];

/** Checks the options and fills in the defaults. */
export function resolveUnet(options: UnetOptions): UnetConfig {
  checkKeys("unet", options, known);
  const { channels: base = 32, multiples: levels = [1, 2, 2], blocks = 2, patch: fold = 1 } = options;
  const channels = wholeNumber("unet: channels", base);
  const multiples = wholeNumbers("unet: multiples", levels);
  if (multiples.length === 0) throw new RangeError("unet: multiples: expected at least one level, got []");
  const patch = wholeNumber("unet: patch", fold);
  const halvings = multiples.length - 1;
  const image = imageShape("unet: image", options.image, {
    unit: patch * 2 ** halvings,
    because: `patch ${String(patch)}, halved ${String(halvings)} times`,
    fix: "use fewer multiples or a smaller patch",
  });
  return {
    image,
    channels,
    multiples,
    blocks: wholeNumber("unet: blocks", blocks),
    attention: attentionHeights("unet: attention", options.attention, heightsOf({ image, patch, multiples })),
    heads: divisorUpTo("unet: heads", options.heads, channels, 4),
    groups: divisorUpTo("unet: groups", options.groups, channels, 8),
    patch,
    ...resolveConditions("unet", image, options),
  };
}

/** The height of each level's feature maps, finest first. */
export function heightsOf({ image, patch, multiples }: Pick<UnetConfig, "image" | "patch" | "multiples">): number[] {
  return multiples.map((_, level) => image[1] / patch / 2 ** level);
}
