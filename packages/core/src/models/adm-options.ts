import { greatestRate } from "../nn/dropout.ts";
import type { ConditionOptions } from "./condition.ts";
import { conditionKeys, resolveConditions } from "./condition.ts";
import { attentionHeights, divisorUpTo, imageShape } from "./image-options.ts";
import { checkKeys, divisor, flag, numberIn, wholeNumber, wholeNumbers } from "./options.ts";

/** Options of `adm`; the defaults of flags are those of ADM's ImageNet models. */
export interface AdmOptions extends ConditionOptions {
  /** Channels, height and width; both sides divisible by `2^(multiples.length − 1)`. */
  readonly image: readonly [number, number, number];
  /** Channels of the feature maps that `multiples` multiply. Default: 128. */
  readonly channels?: number | undefined;
  /** Channel multiple of each level; each level halves the resolution of the one before. Default: [1, 2, 2]. */
  readonly multiples?: readonly number[] | undefined;
  /** Residual blocks of each level on the way down; one more on the way up. Default: 2. */
  readonly blocks?: number | undefined;
  /** Heights in pixels of the feature maps that get self-attention. The middle always has it. Default: the coarsest level's. */
  readonly attention?: readonly number[] | undefined;
  /** Attention heads, a divisor of `channels`. Default: the greatest up to 4. Not with `headChannels`. */
  readonly heads?: number | undefined;
  /** Channels of each attention head, a divisor of the width of every level that attends. Not with `heads`. */
  readonly headChannels?: number | undefined;
  /** Whether time scales and shifts the norms of residual blocks; otherwise it is added before them. Default: true. */
  readonly scaleShift?: boolean | undefined;
  /** Whether residual blocks change the resolution; otherwise plain layers do. Default: true. */
  readonly residualResample?: boolean | undefined;
  /** Whether those plain layers have convolutions; otherwise they average and repeat pixels. Default: true. */
  readonly convResample?: boolean | undefined;
  /** Rate of dropout in residual blocks, from 0 to 255/256, rounded to 1/256. Default: 0. */
  readonly dropout?: number | undefined;
  /** Groups of the group norms, a divisor of `channels`. Default: the greatest up to 32. */
  readonly groups?: number | undefined;
}

/** The checked options with their defaults filled in; one of `heads` and `headChannels` stands. */
export type AdmConfig = {
  readonly [K in Exclude<keyof AdmOptions, Left>]-?: Exclude<AdmOptions[K], undefined>;
} & Pick<AdmOptions, Left>;

type Left = "heads" | "headChannels" | keyof ConditionOptions;

const known = [
  "image", "channels", "multiples", "blocks", "attention", "heads", "headChannels", "scaleShift", "residualResample",
  "convResample", "dropout", "groups", ...conditionKeys,
];

/** Checks the options and fills in the defaults. */
export function resolveAdm(options: AdmOptions): AdmConfig {
  checkKeys("adm", options, known);
  const channels = wholeNumber("adm: channels", options.channels ?? 128);
  const multiples = wholeNumbers("adm: multiples", options.multiples ?? [1, 2, 2]);
  if (multiples.length === 0) throw new RangeError("adm: multiples: expected at least one level, got []");
  const halvings = multiples.length - 1;
  const image = imageShape("adm: image", options.image, {
    unit: 2 ** halvings,
    because: `halved ${String(halvings)} times`,
    fix: "use fewer multiples",
  });
  const attention = attentionHeights("adm: attention", options.attention, multiples.map((_, i) => image[1] / 2 ** i));
  return {
    image,
    channels,
    multiples,
    blocks: wholeNumber("adm: blocks", options.blocks ?? 2),
    attention,
    ...headsOf(options, channels, attendingWidths(image[1], channels, multiples, attention)),
    scaleShift: flag("adm: scaleShift", options.scaleShift ?? true),
    residualResample: flag("adm: residualResample", options.residualResample ?? true),
    convResample: flag("adm: convResample", options.convResample ?? true),
    dropout: numberIn("adm: dropout", options.dropout ?? 0, 0, greatestRate),
    groups: divisorUpTo("adm: groups", options.groups, channels, 32),
    ...resolveConditions("adm", image, options),
  };
}

/** Widths of the levels that attend, and of the middle. */
function attendingWidths(height: number, channels: number, multiples: readonly number[], attention: readonly number[]): number[] {
  const last = multiples.length - 1;
  return multiples.filter((_, i) => i === last || attention.includes(height / 2 ** i)).map((multiple) => multiple * channels);
}

function headsOf(
  { heads, headChannels }: AdmOptions,
  channels: number,
  widths: readonly number[],
): Pick<AdmConfig, "heads" | "headChannels"> {
  if (headChannels === undefined) return { heads: divisorUpTo("adm: heads", heads, channels, 4) };
  if (heads !== undefined) {
    throw new RangeError("adm: heads, headChannels: expected one of them, got both; leave one out");
  }
  for (const width of widths) divisor("adm: headChannels", headChannels, width);
  return { headChannels };
}
