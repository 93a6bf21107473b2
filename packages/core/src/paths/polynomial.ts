import { pow, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import type { AffinePath } from "./path.ts";

/** Options of `polynomialPath`. */
export interface PolynomialPathOptions {
  /** The degree, from 1; 1 is the straight path. */
  readonly n: number;
}

/**
 * The polynomial path α = tⁿ, σ = 1 − tⁿ.
 *
 * @throws RangeError if n is below 1
 */
export function polynomialPath({ n }: PolynomialPathOptions): AffinePath {
  if (!(n >= 1 && Number.isFinite(n))) {
    throw new RangeError(`polynomialPath: n: expected a number from 1, got ${String(n)}`);
  }
  return affinePath({ kind: "polynomial", config: { n }, alpha: (t) => pow(t, n), sigma: (t) => sub(1, pow(t, n)) });
}
