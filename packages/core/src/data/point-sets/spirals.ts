import { noisyCurves } from "./noisy-curves.ts";

/** Two spiral arms of one and a half turns, about evenly dense along their length, noise std 0.1. */
export const spirals = noisyCurves({
  name: "spirals",
  curves: [-1, 1].map((sign) => (s) => {
    const angle = 3 * Math.PI * s;
    return [(-sign * angle * Math.cos(angle)) / 3, (sign * angle * Math.sin(angle)) / 3] as const;
  }),
  parameter: "sqrt",
  noise: 0.1,
  // By quadrature of the density.
  entropy: 2.5406179,
});
