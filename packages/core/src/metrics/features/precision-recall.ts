import { checkOptions, rowPairOf, squaredDistance } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { Rows, SampleSet } from "../samples.ts";

/** Options of `precisionRecall`. */
export interface PrecisionRecallOptions {
  /** k: an example's ball reaches to its k-th neighbour within its set, from 1. Default 3. */
  readonly neighbours?: number | undefined;
}

/** Shares in [0, 1]. */
export interface PrecisionRecall {
  /** Of samples that lie within a ball of the reference. */
  readonly precision: number;
  /** Of the reference that lies within a ball of the samples. */
  readonly recall: number;
}

/**
 * Precision and recall of samples, the manifold of either set being the union of balls around its examples (Kynkäänniemi
 * et al. 2019, eqs 1 and 2). Both grow with the number of examples: compare equal numbers only. O((n + m)² d).
 *
 * @throws RangeError if dimensions differ or a set has no k neighbours
 */
export function precisionRecall(reference: SampleSet, samples: SampleSet, options: PrecisionRecallOptions = {}): PrecisionRecall {
  checkOptions("precisionRecall", options, ["neighbours"]);
  const k = wholeFrom("precisionRecall: neighbours", options.neighbours ?? 3, 1);
  const [real, drawn] = rowPairOf("precisionRecall", reference, samples, k + 1);
  return { precision: covered(drawn, real, k), recall: covered(real, drawn, k) };
}

/** The share of `points` inside the union of balls around `centres`. */
function covered(points: Rows, centres: Rows, k: number): number {
  const radii = squaredRadii(centres, k);
  let inside = 0;
  for (let i = 0; i < points.n; i++) {
    let j = 0;
    while (j < centres.n && squaredDistance(points, i, centres, j) > (radii[j] ?? 0)) j++;
    if (j < centres.n) inside++;
  }
  return inside / points.n;
}

/** The squared distance of each row to its k-th nearest other row. */
function squaredRadii(rows: Rows, k: number): Float64Array {
  const distances = new Float64Array(rows.n);
  return Float64Array.from({ length: rows.n }, (_, i) => {
    for (let j = 0; j < rows.n; j++) distances[j] = squaredDistance(rows, i, rows, j);
    // The nearest is the row itself, at 0.
    return distances.slice().sort()[k] ?? NaN;
  });
}
