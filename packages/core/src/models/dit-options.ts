import type { ConditionOptions } from "./condition.ts";
import { conditionKeys, resolveConditions } from "./condition.ts";
import { imageShape } from "./image-options.ts";
import { checkKeys, divisor, oneOf, wholeNumber } from "./options.ts";

/** Options of `dit`; all but the image have the values of `size`, default "S/2". */
export interface DitOptions extends ConditionOptions {
  /** Channels, height and width; both sides divisible by `patch`. */
  readonly image: readonly [number, number, number];
  /** A published size and patch by name, such as "B/4". Not with the options below. */
  readonly size?: DitSize | undefined;
  /** Values of a token, a multiple of 4. */
  readonly width?: number | undefined;
  /** The number of blocks. */
  readonly depth?: number | undefined;
  /** Attention heads, a divisor of `width`. */
  readonly heads?: number | undefined;
  /** Side in pixels of the squares that become tokens. */
  readonly patch?: number | undefined;
}

/** Width, depth and heads of the sizes of Peebles and Xie 2023, Table 1. */
const sizes = {
  S: { width: 384, depth: 12, heads: 6 },
  B: { width: 768, depth: 12, heads: 12 },
  L: { width: 1024, depth: 24, heads: 16 },
  XL: { width: 1152, depth: 28, heads: 16 },
} as const;

const patches = [2, 4, 8] as const;

/** A size and patch by name. */
export type DitSize = `${keyof typeof sizes}/${(typeof patches)[number]}`;

/** The checked options; `size` stands resolved. */
export interface DitConfig extends ConditionOptions {
  readonly image: readonly [number, number, number];
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly patch: number;
}

const shapeKeys = ["width", "depth", "heads", "patch"] as const;

/** Checks the options and fills in the defaults. */
export function resolveDit(options: DitOptions): DitConfig {
  checkKeys("dit", options, ["image", "size", ...shapeKeys, ...conditionKeys]);
  const given = shapeKeys.filter((key) => options[key] !== undefined);
  if (options.size !== undefined && given.length > 0) {
    throw new RangeError(`dit: size: expected it alone, got also ${given.join(", ")}; leave one or the other out`);
  }
  const defaults = sizeNamed(options.size ?? "S/2");
  const width = wholeNumber("dit: width", options.width ?? defaults.width);
  if (width % 4 !== 0) throw new RangeError(`dit: width: expected a multiple of 4, got ${String(width)}`);
  const patch = wholeNumber("dit: patch", options.patch ?? defaults.patch);
  const image = imageShape("dit: image", options.image, {
    unit: patch,
    because: `patch ${String(patch)}`,
    fix: "use a smaller patch",
  });
  return {
    image,
    width,
    depth: wholeNumber("dit: depth", options.depth ?? defaults.depth),
    heads: divisor("dit: heads", options.heads ?? defaults.heads, width),
    patch,
    ...resolveConditions("dit", image, options),
  };
}

function sizeNamed(name: unknown): Omit<DitConfig, "image"> {
  const named = Object.entries(sizes).flatMap(([size, shape]) =>
    patches.map((patch) => ({ name: `${size}/${String(patch)}`, shape: { ...shape, patch } })),
  );
  const known = oneOf("dit: size", name, named.map((each) => each.name));
  const found = named.find((each) => each.name === known);
  if (!found) throw new Error("internal: a size without a shape");
  return found.shape;
}
