/** @file A root of a covariance that may be singular. */

/** F `[rank, n]`, row-major, with A = FᵀF. */
export interface Root {
  readonly factor: Float64Array;
  readonly rank: number;
}

/**
 * Cholesky's factorisation with complete pivoting (Higham 2002, ch. 10.3): of a symmetric positive semidefinite matrix
 * `[n, n]`, stable where it is singular, as of fewer samples than features. What is left below n ε of the largest
 * variance is rounding and is dropped.
 */
export function pivotedCholesky(matrix: Float64Array, n: number): Root {
  const left = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i] ?? 0);
  const factor = new Float64Array(n * n);
  const tolerance = n * Number.EPSILON * left.reduce((a, b) => Math.max(a, b), 0);
  let rank = 0;
  for (; rank < n; rank++) {
    const pivot = argMax(left);
    const remaining = left[pivot] ?? 0;
    if (!(remaining > tolerance)) break;
    const row = factor.subarray(rank * n, (rank + 1) * n);
    row.set(matrix.subarray(pivot * n, (pivot + 1) * n));
    for (let i = 0; i < rank; i++) subtractRow(row, factor, i * n, factor[i * n + pivot] ?? 0);
    const scale = 1 / Math.sqrt(remaining);
    for (let j = 0; j < n; j++) {
      const value = (row[j] ?? 0) * scale;
      row[j] = value;
      left[j] = (left[j] ?? 0) - value * value;
    }
    // Exactly: its rounding must not be chosen again.
    left[pivot] = 0;
  }
  return { factor: factor.subarray(0, rank * n), rank };
}

function argMax(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

function subtractRow(target: Float64Array, rows: Float64Array, from: number, times: number): void {
  if (times === 0) return;
  for (let j = 0; j < target.length; j++) target[j] = (target[j] ?? 0) - times * (rows[from + j] ?? 0);
}
