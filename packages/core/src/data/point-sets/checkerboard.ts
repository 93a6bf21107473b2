import { integers } from "../../random/integers.ts";
import { uniform } from "../../random/uniform.ts";
import { atPoints, pointsFrom } from "./plane.ts";
import type { PointSet } from "./point-set.ts";

const SCALE = 0.45;
const LOG_DENSITY = Math.log(SCALE ** 2 / 8);

/** Keeps the float32 rounding of a sample from carrying it over the border of its cell, where the density is 0. */
const MARGIN = 1e-6;

const parity = (cell: number): number => ((cell % 2) + 2) % 2;

/**
 * Eight unit cells of a 4 × 4 board, scaled by 1/0.45 (paper, Figure 4; the scale is the later notebook's):
 * x₁ ~ U[−2, 2], x₂ = U[0, 1] − 2·Bernoulli(½) + (⌊x₁⌋ mod 2).
 */
export const checkerboard: PointSet = {
  name: "checkerboard",
  dimension: 2,
  sample: (key, count) => {
    const column = integers(key.child("column"), count, 4);
    const row = integers(key.child("row"), count, 2);
    const inside = uniform(key.child("inside"), 2 * count).map((u) => MARGIN + u * (1 - 2 * MARGIN));
    return pointsFrom(count, (i) => {
      const x = (column[i] ?? 0) - 2;
      const y = parity(x) - 2 * (row[i] ?? 0);
      return [(x + (inside[2 * i] ?? 0)) / SCALE, (y + (inside[2 * i + 1] ?? 0)) / SCALE];
    });
  },
  logDensity: (points) =>
    atPoints(points, (x, y) => {
      const column = Math.floor(x * SCALE);
      const row = Math.floor(y * SCALE);
      const onBoard = column >= -2 && column < 2 && row >= -2 && row < 2;
      return onBoard && parity(column + row) === 0 ? LOG_DENSITY : -Infinity;
    }),
  entropy: -LOG_DENSITY,
};
