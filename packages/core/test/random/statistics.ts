/** @file Statistics for the tests of random numbers. */

export function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The standard error of the mean. */
export function standardError(values: Float32Array | Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)) / values.length);
}

/** √n times the largest distance between the empirical distribution function and the uniform one on [0, 1]. */
export function ksOfUniforms(values: Float32Array | Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((u, i) => (distance = Math.max(distance, u - i / n, (i + 1) / n - u)));
  return Math.sqrt(n) * distance;
}

/** Φ(z) by the series of the error function; for |z| < 7 good to 1e-12. */
export function normalCdf(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; k < 200 && Math.abs(term) > 1e-17; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
