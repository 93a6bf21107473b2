import { noisyCurves } from "./noisy-curves.ts";

/** Two interleaving half circles of radius 2, noise std 0.2. */
export const moons = noisyCurves({
  name: "moons",
  curves: [
    (s) => [2 * Math.cos(Math.PI * s) - 1, 2 * Math.sin(Math.PI * s) - 0.2],
    (s) => [1 - 2 * Math.cos(Math.PI * s), 0.8 - 2 * Math.sin(Math.PI * s)],
  ],
  noise: 0.2,
  // By quadrature of the density.
  entropy: 2.3938792,
});
