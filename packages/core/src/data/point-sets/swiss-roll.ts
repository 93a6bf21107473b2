import { noisyCurves } from "./noisy-curves.ts";

/** The roll (t cos t, t sin t)/5 for t uniform on [1.5π, 4.5π], noise std 0.2. */
export const swissRoll = noisyCurves({
  name: "swissRoll",
  curves: [
    (s) => {
      const t = 1.5 * Math.PI * (1 + 2 * s);
      return [(t * Math.cos(t)) / 5, (t * Math.sin(t)) / 5];
    },
  ],
  noise: 0.2,
  // By quadrature of the density.
  entropy: 2.6696462,
});
