/** @file Step sizes of adaptive methods, in float64 on the host. */

/** Chooses steps from the errors of those before. */
export interface Controller {
  /** The next step from an accepted one. */
  accepted(h: number, error: number): number;
  /** A smaller step after a rejected one. */
  rejected(h: number, error: number): number;
}

/**
 * The step of which the error would be 1 is h · err^(−1/k); nine tenths of it are taken, within [0.2, 10] h (Hairer, Nørsett and
 * Wanner, Solving ODEs I, II.4). As SciPy and diffrax have it, so that equal tolerances mean equal work.
 *
 * @param order - k, the order of the error estimate plus one, which is the order of the method here
 */
export function stepController(order: number): Controller {
  const factor = (error: number): number => Math.max(0.2, 0.9 * error ** (-1 / order));
  let most = 10;
  return {
    accepted(h, error) {
      const next = h * Math.min(most, factor(error));
      most = 10;
      return next;
    },
    rejected(h, error) {
      // No growth right after a rejection.
      most = 1;
      return h * Math.min(1, factor(error));
    },
  };
}

/** √(Σ (value/(atol + rtol |y|))² / count) over all state tensors. */
export function scaledNorm(
  values: readonly ArrayLike<number>[],
  state: readonly ArrayLike<number>[],
  atol: number,
  rtol: number,
): number {
  let total = 0;
  let count = 0;
  values.forEach((list, i) => {
    const y = state[i] ?? [];
    for (let j = 0; j < list.length; j++) total += ((list[j] ?? NaN) / (atol + rtol * Math.abs(y[j] ?? NaN))) ** 2;
    count += list.length;
  });
  return Math.sqrt(total / Math.max(count, 1));
}
