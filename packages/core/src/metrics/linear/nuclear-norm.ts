import { tridiagonalEigenvalues } from "./tridiagonal.ts";

/**
 * The sum of the singular values of a matrix, to ε times the largest for each.
 *
 * Householder reflections make it bidiagonal (Golub and Kahan 1965); the singular values are the positive eigenvalues of
 * the tridiagonal matrix with zero diagonal that the two diagonals interleave to.
 *
 * @param matrix - `[rows, columns]`, row-major; kept
 */
export function nuclearNorm(matrix: Float64Array, rows: number, columns: number): number {
  if (rows < columns) return nuclearNorm(transposed(matrix, rows, columns), columns, rows);
  const interleaved = bidiagonal(matrix.slice(), rows, columns);
  const values = tridiagonalEigenvalues(new Float64Array(2 * columns), interleaved);
  // Half the sum of magnitudes: they come in pairs ±σ.
  return values.reduce((total, value) => total + Math.abs(value), 0) / 2;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j] ?? 0;
  return out;
}

/** The diagonals d_0, e_0, d_1, e_1, …, d_{n−1} of the bidiagonal form, for rows ≥ columns = n; destroys `a`. */
function bidiagonal(a: Float64Array, rows: number, n: number): Float64Array {
  const out = new Float64Array(Math.max(0, 2 * n - 1));
  const left = new Float64Array(rows);
  const sums = new Float64Array(n);
  const right = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < rows; i++) left[i] = a[i * n + k] ?? 0;
    out[2 * k] = reflector(left, k, rows);
    reflectColumns(a, left, sums, k, rows, n);
    if (k + 1 >= n) continue;
    for (let j = k + 1; j < n; j++) right[j] = a[k * n + j] ?? 0;
    out[2 * k + 1] = reflector(right, k + 1, n);
    reflectRows(a, right, k, rows, n);
  }
  return out;
}

/**
 * Turns x[from … to) into the v of the reflection 1 − v vᵀ (‖v‖² = 2) that maps x to a multiple of its first axis;
 * returns that multiple. A zero vector stays.
 */
function reflector(x: Float64Array, from: number, to: number): number {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x[i] ?? 0));
  if (largest === 0) return 0;
  let squares = 0;
  for (let i = from; i < to; i++) squares += ((x[i] ?? 0) / largest) ** 2;
  const norm = largest * Math.sqrt(squares);
  const first = x[from] ?? 0;
  const target = first > 0 ? -norm : norm;
  // ‖x − target e‖²/2 = norm (norm + |first|), without cancellation.
  const scale = 1 / Math.sqrt(norm * (norm + Math.abs(first)));
  x[from] = first - target;
  for (let i = from; i < to; i++) x[i] = (x[i] ?? 0) * scale;
  return target;
}

/** A ← (1 − v vᵀ) A for the rows from k and the columns after k. */
function reflectColumns(a: Float64Array, v: Float64Array, sums: Float64Array, k: number, rows: number, n: number): void {
  sums.fill(0, k + 1, n);
  for (let i = k; i < rows; i++) {
    const times = v[i] ?? 0;
    for (let j = k + 1, at = i * n; j < n; j++) sums[j] = (sums[j] ?? 0) + times * (a[at + j] ?? 0);
  }
  for (let i = k; i < rows; i++) {
    const times = v[i] ?? 0;
    for (let j = k + 1, at = i * n; j < n; j++) a[at + j] = (a[at + j] ?? 0) - times * (sums[j] ?? 0);
  }
}

/** A ← A (1 − v vᵀ) for the rows after k and the columns after k. */
function reflectRows(a: Float64Array, v: Float64Array, k: number, rows: number, n: number): void {
  for (let i = k + 1; i < rows; i++) {
    const at = i * n;
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += (a[at + j] ?? 0) * (v[j] ?? 0);
    for (let j = k + 1; j < n; j++) a[at + j] = (a[at + j] ?? 0) - sum * (v[j] ?? 0);
  }
}
