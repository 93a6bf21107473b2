import { add, pow, rsqrt, sub } from "@fluxion/graph";
import { affinePath } from "./affine.ts";
import { readNumbers } from "./options.ts";
import type { AffinePath } from "./path.ts";

/** Options of `polynomialPath`. */
export interface PolynomialPathOptions {
  /** The degree, from 1, the straight path; below, the velocity is infinite at the start. */
  readonly n: number;
}

const table = { n: { expected: "a number from 1", accept: (value: number) => value >= 1 && Number.isFinite(value) } };

/**
 * The polynomial path α = tⁿ, σ = 1 − tⁿ.
 *
 * @throws RangeError for unknown options, or if n is below 1
 */
export function polynomialPath(options: PolynomialPathOptions): AffinePath {
  const { n } = readNumbers("polynomialPath", options, table);
  return affinePath({
    kind: "polynomial",
    config: { n },
    alpha: (t) => pow(t, n),
    sigma: (t) => sub(1, pow(t, n)),
    timeOfSnr: (snr) => pow(add(1, rsqrt(snr)), -1 / n),
  });
}
