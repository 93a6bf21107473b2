import { noisyCurves } from "./noisy-curves.ts";

/** Four equally likely circles of radius 0.75, 1.5, 2.25 and 3, noise std 0.08. */
export const rings = noisyCurves({
  name: "rings",
  curves: [0.75, 1.5, 2.25, 3].map(
    (radius) => (s) => [radius * Math.cos(2 * Math.PI * s), radius * Math.sin(2 * Math.PI * s)] as const,
  ),
  noise: 0.08,
  // By quadrature of the density.
  entropy: 2.6231828,
});
