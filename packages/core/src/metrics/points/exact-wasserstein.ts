import { assignment } from "../linear/assignment.ts";
import { rowPairOf, squaredDistance } from "../samples.ts";
import type { SampleSet } from "../samples.ts";

/**
 * W₂ of two sets of n points each, exactly: the root of the least mean squared distance over all pairings. O(n³): seconds
 * for 1000 points. It falls slowly with n, as n^(−1/d), so compare equal numbers only.
 *
 * @throws RangeError if numbers or dimensions differ
 */
export function exactWasserstein(a: SampleSet, b: SampleSet): number {
  const [x, y] = rowPairOf("exactWasserstein", a, b);
  const { n } = x;
  if (y.n !== n) {
    throw new RangeError(`exactWasserstein: expected equally many points, got ${n} and ${y.n}; take as many of the larger set, or slicedWasserstein`);
  }
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) cost[i * n + j] = squaredDistance(x, i, y, j);
  const total = assignment(cost, n).reduce((sum, column, row) => sum + (cost[row * n + column] ?? 0), 0);
  return Math.sqrt(total / n);
}
