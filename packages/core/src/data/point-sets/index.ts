/** @file The point sets by name: a new one is a file beside this and a line here. */
import { checkerboard } from "./checkerboard.ts";
import { eightGaussians } from "./eight-gaussians.ts";
import { moons } from "./moons.ts";
import { pinwheel } from "./pinwheel.ts";
import type { PointSet } from "./point-set.ts";
import { rings } from "./rings.ts";
import { spirals } from "./spirals.ts";
import { swissRoll } from "./swiss-roll.ts";

export type { PointSet };

/** Every point set by its name. */
export const pointSets = {
  checkerboard,
  moons,
  rings,
  spirals,
  eightGaussians,
  swissRoll,
  pinwheel,
} as const satisfies Readonly<Record<string, PointSet>>;

/** The name of a point set. */
export type PointSetName = keyof typeof pointSets;

/** Whether `name` names a point set. */
export function isPointSetName(name: string): name is PointSetName {
  return Object.hasOwn(pointSets, name);
}
