import { integers } from "../../random/integers.ts";
import { normal } from "../../random/normal.ts";
import { atPoints, logSumExp, pointsFrom } from "./plane.ts";
import type { Vec2 } from "./plane.ts";
import type { PointSet } from "./point-set.ts";

const RADIUS = 4 / Math.SQRT2;
const STD = 0.5 / Math.SQRT2;

const CENTERS: readonly Vec2[] = Array.from({ length: 8 }, (_, k) => [
  RADIUS * Math.cos((k * Math.PI) / 4),
  RADIUS * Math.sin((k * Math.PI) / 4),
]);

/** Eight equal Gaussians of std 0.5/√2 on a circle of radius 4/√2. */
export const eightGaussians: PointSet = {
  name: "eightGaussians",
  dimension: 2,
  sample: (key, count) => {
    const which = integers(key.child("component"), count, CENTERS.length);
    const noise = normal(key.child("noise"), 2 * count);
    return pointsFrom(count, (i) => {
      const [x, y] = CENTERS[which[i] ?? 0] ?? [0, 0];
      return [x + STD * (noise[2 * i] ?? 0), y + STD * (noise[2 * i + 1] ?? 0)];
    });
  },
  logDensity: (points) => {
    const constant = Math.log(CENTERS.length * 2 * Math.PI * STD ** 2);
    return atPoints(
      points,
      (x, y) => logSumExp(CENTERS.map(([cx, cy]) => -((x - cx) ** 2 + (y - cy) ** 2) / (2 * STD ** 2))) - constant,
    );
  },
  // By quadrature of the density.
  entropy: 2.8315784,
};
