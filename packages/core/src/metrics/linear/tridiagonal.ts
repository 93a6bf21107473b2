/** @file Eigenvalues of symmetric tridiagonal matrices. */

/** Sweeps for one eigenvalue; two are usual. */
const mostSweeps = 100;

/**
 * The eigenvalues of a symmetric tridiagonal matrix, in no order, by the implicit QL iteration with Wilkinson's shift
 * (Golub and Van Loan 2013, ch. 8.3); to ε‖T‖ absolutely.
 *
 * @param diagonal - `[n]`; overwritten with the eigenvalues
 * @param offDiagonal - `[n − 1]`; overwritten
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const d = diagonal;
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(0, Math.max(0, n - 1)));
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i] ?? 0) + Math.abs(e[i] ?? 0));
  const negligible = Number.EPSILON * norm;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (high < n - 1 && Math.abs(e[high] ?? 0) > negligible) high++;
      if (high === low) break;
      if (sweep === mostSweeps) throw new Error("internal: the QL iteration did not converge");
      qlSweep(d, e, low, high);
    }
  }
  return d;
}

/** One sweep over the unreduced block low … high: a chase of plane rotations from its bottom up. */
function qlSweep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const at = (values: Float64Array, i: number): number => values[i] ?? 0;
  const half = (at(d, low + 1) - at(d, low)) / (2 * at(e, low));
  const root = Math.sqrt(half * half + 1);
  // The eigenvalue of the leading 2×2 block that is nearer to its corner.
  const shift = at(d, low) - at(e, low) / (half + (half >= 0 ? root : -root));
  let bulge = at(d, high) - shift;
  let [sine, cosine, moved] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sine * at(e, i);
    const b = cosine * at(e, i);
    const r = Math.sqrt(f * f + bulge * bulge);
    e[i + 1] = r;
    if (r === 0) {
      // The block splits here; what is below goes on by itself.
      d[i + 1] = at(d, i + 1) - moved;
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = bulge / r;
    const g = at(d, i + 1) - moved;
    const t = (at(d, i) - g) * sine + 2 * cosine * b;
    moved = sine * t;
    d[i + 1] = g + moved;
    bulge = cosine * t - b;
  }
  d[low] = at(d, low) - moved;
  e[low] = bulge;
  e[high] = 0;
}
