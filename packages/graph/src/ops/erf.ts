/** @file The error function for the reference interpreter, to about 1e-15: Taylor series near 0, continued fraction beyond. */

/** 2/√π ∫₀ˣ e^(−s²) ds */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  if (a < 2.5) return taylor(x);
  return Math.sign(x) * (1 - fraction(a));
}

/** 1 − erf(x) for x from 0, without cancellation where it is small. */
export function erfcOf(x: number): number {
  return x < 2.5 ? 1 - taylor(x) : fraction(x);
}

function taylor(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function fraction(a: number): number {
  if (a > 27) return 0;
  let rest = 0;
  for (let k = 100; k > 0; k--) rest = k / 2 / (a + rest);
  return Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + rest);
}
