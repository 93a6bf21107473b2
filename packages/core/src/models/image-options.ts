/** @file Checks of options that image models share. */
import { divisor, wholeNumbers } from "./options.ts";

/** What the sides of images must be divisible by, and why. */
export interface SideUnit {
  readonly unit: number;
  /** What the unit is made of, such as "halved 3 times". */
  readonly because: string;
  /** What else to change. */
  readonly fix: string;
}

/** `[channels, height, width]` whose sides the network can cut. */
export function imageShape(where: string, value: unknown, { unit, because, fix }: SideUnit): readonly [number, number, number] {
  const [channels = 0, height = 0, width = 0] = wholeNumbers(where, value, 3);
  if (height % unit === 0 && width % unit === 0) return [channels, height, width];
  const got = `got ${String(height)}×${String(width)}`;
  if (height < unit || width < unit) {
    throw new RangeError(
      `${where}: expected sides of at least ${String(unit)} pixels (${because}), ${got}, too small for the network; ${fix}`,
    );
  }
  throw new RangeError(`${where}: expected sides divisible by ${String(unit)} (${because}), ${got}; pad the images, or ${fix}`);
}

/** Heights of feature maps that get self-attention, among those there are; default the coarsest. */
export function attentionHeights(where: string, value: unknown, heights: readonly number[]): readonly number[] {
  if (value === undefined) return heights.slice(-1);
  const chosen = wholeNumbers(where, value);
  const stray = chosen.find((height) => !heights.includes(height));
  if (stray === undefined) return chosen;
  throw new RangeError(
    `${where}: expected heights of feature maps (${heights.join(", ")}), got ${String(stray)}; choose among those`,
  );
}

/** The given divisor of `whole`; default the greatest up to `most`. */
export function divisorUpTo(where: string, value: unknown, whole: number, most: number): number {
  if (value !== undefined) return divisor(where, value, whole);
  let candidate = Math.min(whole, most);
  while (whole % candidate !== 0) candidate--;
  return candidate;
}
