import { checkOptions } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";

/** Options of `entropicPlan`. */
export interface EntropicPlanOptions {
  /** ε > 0, in units of the cost. */
  readonly regularization: number;
  /** ρ > 0, what a unit of mass too much or too little costs. Default infinite: rows and columns sum to 1/n and 1/m. */
  readonly marginalPenalty?: number | undefined;
  /** The potentials' largest change in units of ε at which it ends. Default 1e-11. */
  readonly tolerance?: number | undefined;
  /** The most sweeps over rows and columns at each ε on the way. Default 10,000. */
  readonly sweeps?: number | undefined;
}

/**
 * The plan P of least Σ C P + ε KL(P | 1/(nm)), rows and columns of equal weights (Cuturi 2013); with a penalty ρ the sums are
 * free at ρ KL (Chizat et al. 2018). As ε → 0 it tends to the exact plan. In logarithms and by falling ε, so that it stays finite
 * however small ε is. O(n m) a sweep.
 *
 * @param cost - `[n, m]`, row-major
 * @returns P, `[n, m]`
 * @throws RangeError for costs that are not n m finite numbers, or options out of range
 */
export function entropicPlan(cost: Float64Array, [n, m]: readonly [number, number], options: EntropicPlanOptions): Float64Array {
  checkOptions("entropicPlan", options, ["regularization", "marginalPenalty", "tolerance", "sweeps"]);
  if (n * m === 0 || cost.length !== n * m || !cost.every(Number.isFinite)) {
    throw new RangeError(`entropicPlan: cost: expected ${n}×${m} finite numbers, got ${cost.length} values${cost.every(Number.isFinite) ? "" : ", some not finite"}`);
  }
  const { regularization } = options;
  if (!(regularization > 0 && regularization < Infinity)) throw new RangeError(`entropicPlan: regularization: expected a number above 0, got ${regularization}`);
  const { marginalPenalty = Infinity, tolerance = 1e-11 } = options;
  if (!(marginalPenalty > 0)) throw new RangeError(`entropicPlan: marginalPenalty: expected a number above 0, got ${marginalPenalty}`);
  const sweeps = wholeFrom("entropicPlan: sweeps", options.sweeps ?? 10_000, 1);

  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  /** −ε log mean exp((other − cost) / ε), shrunk by the penalty: the best potential of one row or column. */
  const best = (epsilon: number, other: Float64Array, price: (k: number) => number): number => {
    let largest = -Infinity;
    other.forEach((value, k) => (largest = Math.max(largest, value - price(k))));
    let sum = 0;
    other.forEach((value, k) => (sum += Math.exp((value - price(k) - largest) / epsilon)));
    const shrink = marginalPenalty === Infinity ? 1 : marginalPenalty / (marginalPenalty + epsilon);
    return -shrink * (largest + epsilon * Math.log(sum / other.length));
  };
  /** Puts the best potentials in place and returns the largest change. */
  const improve = (potentials: Float64Array, next: (at: number) => number): number => {
    let change = 0;
    for (const [at, before] of potentials.entries()) {
      const value = next(at);
      change = Math.max(change, Math.abs(value - before));
      potentials[at] = value;
    }
    return change;
  };
  const spread = cost.reduce((a, b) => Math.max(a, b)) - cost.reduce((a, b) => Math.min(a, b));
  for (let epsilon = Math.max(spread, regularization); ; epsilon = Math.max(epsilon / 2, regularization)) {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const change = Math.max(
        improve(columns, (j) => best(epsilon, rows, (i) => cost[i * m + j] ?? 0)),
        improve(rows, (i) => best(epsilon, columns, (j) => cost[i * m + j] ?? 0)),
      );
      if (change <= (epsilon === regularization ? tolerance : 0.01) * epsilon) break;
    }
    if (epsilon === regularization) break;
  }
  return cost.map((price, at) => Math.exp(((rows[Math.floor(at / m)] ?? 0) + (columns[at % m] ?? 0) - price) / regularization) / (n * m));
}
