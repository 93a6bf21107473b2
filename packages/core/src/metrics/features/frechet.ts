import { nuclearNorm } from "../linear/nuclear-norm.ts";
import { pivotedCholesky } from "../linear/pivoted-cholesky.ts";
import type { Root } from "../linear/pivoted-cholesky.ts";
import { checkOptions } from "../samples.ts";
import { checkMoments } from "./moments.ts";
import type { Moments } from "./moments.ts";

/** Options of `frechetDistance`. */
export interface FrechetOptions {
  /** Fewest examples of either side. Default: one more than features, below which a covariance is singular. */
  readonly leastSamples?: number | undefined;
}

/**
 * The squared Fréchet distance of the Gaussians with these moments, ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½): FID, where
 * they are of a feature network's features (Heusel et al. 2017, eq 6).
 *
 * With Σ = FᵀF the trace of the root is the sum of the singular values of F₁F₂ᵀ. They are exact to rounding where
 * covariances are singular; square roots of eigenvalues of Σ₁Σ₂ are then good to half the digits only.
 *
 * @throws RangeError if dimensions differ or there are too few examples
 */
export function frechetDistance(a: Moments, b: Moments, options: FrechetOptions = {}): number {
  checkOptions("frechetDistance", options, ["leastSamples"]);
  checkMoments("frechetDistance", a, b);
  const d = a.mean.length;
  checkCounts(a.count, b.count, d, options.leastSamples ?? d + 1);
  let total = 0;
  for (let i = 0; i < d; i++) {
    total += ((a.mean[i] ?? 0) - (b.mean[i] ?? 0)) ** 2 + (a.covariance[i * d + i] ?? 0) + (b.covariance[i * d + i] ?? 0);
  }
  const [first, second] = [pivotedCholesky(a.covariance, d), pivotedCholesky(b.covariance, d)];
  const distance = total - 2 * nuclearNorm(product(first, second, d), first.rank, second.rank);
  // Rounding may leave −1e-15 where the distance is 0.
  return Math.max(0, distance);
}

function checkCounts(first: number, second: number, features: number, least: number): void {
  if (first >= least && second >= least) return;
  throw new RangeError(
    `frechetDistance: expected at least ${least} examples for ${features} features, got ${first} and ${second}; ` +
      `draw more, or pass { leastSamples } to accept the bias`,
  );
}

/** F₁F₂ᵀ: products of rows. */
function product(a: Root, b: Root, d: number): Float64Array {
  const out = new Float64Array(a.rank * b.rank);
  for (let i = 0; i < a.rank; i++) {
    const row = a.factor.subarray(i * d, (i + 1) * d);
    for (let j = 0; j < b.rank; j++) {
      let sum = 0;
      for (let k = 0, at = j * d; k < d; k++) sum += (row[k] ?? 0) * (b.factor[at + k] ?? 0);
      out[i * b.rank + j] = sum;
    }
  }
  return out;
}
