import { integers } from "../../random/integers.ts";
import { normal } from "../../random/normal.ts";
import { atPoints, logSumExp, pointsFrom, rotate } from "./plane.ts";
import type { PointSet } from "./point-set.ts";

const ARMS = 5;
const RADIAL_STD = 0.3;
const TANGENTIAL_STD = 0.1;
const RATE = 0.25;
const SCALE = 2;

/** How far points at this radius are turned. */
const twist = (radius: number): number => RATE * Math.exp(radius);

/**
 * Five Gaussian arms twisted by an angle that grows with the radius. A twist by the radius keeps areas, so the density
 * is that of the untwisted mixture.
 */
export const pinwheel: PointSet = {
  name: "pinwheel",
  dimension: 2,
  sample: (key, count) => {
    const arm = integers(key.child("component"), count, ARMS);
    const noise = normal(key.child("noise"), 2 * count);
    return pointsFrom(count, (i) => {
      const x = SCALE * (1 + RADIAL_STD * (noise[2 * i] ?? 0));
      const y = SCALE * TANGENTIAL_STD * (noise[2 * i + 1] ?? 0);
      const angle = (2 * Math.PI * (arm[i] ?? 0)) / ARMS;
      return rotate([x, y], angle + twist(Math.hypot(x, y) / SCALE));
    });
  },
  logDensity: (points) => {
    const constant = Math.log(ARMS * 2 * Math.PI * RADIAL_STD * TANGENTIAL_STD * SCALE ** 2);
    return atPoints(points, (x, y) => {
      const untwisted = -twist(Math.hypot(x, y) / SCALE);
      const terms = Array.from({ length: ARMS }, (_, arm) => {
        const [r, s] = rotate([x / SCALE, y / SCALE], untwisted - (2 * Math.PI * arm) / ARMS);
        return -0.5 * (((r - 1) / RADIAL_STD) ** 2 + (s / TANGENTIAL_STD) ** 2);
      });
      return logSumExp(terms) - constant;
    });
  },
  // By quadrature of the density.
  entropy: 2.3205885,
};
