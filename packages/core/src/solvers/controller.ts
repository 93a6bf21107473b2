/** @file Step sizes of adaptive methods, in float64 on the host. */

/** The memory of a PI controller. */
export interface Controller {
  /** The next step from an accepted one. */
  accepted(h: number, error: number): number;
  /** A smaller step after a rejected one. */
  rejected(h: number, error: number): number;
}

/**
 * A PI controller (Hairer, Nørsett and Wanner, Solving ODEs I, II.4 and IV.2): h · 0.9 · err^(−α) · errBefore^β with
 * β = 0.2/k, α = 1/k − 0.75 β, factors within [0.2, 10].
 *
 * @param order - k, the order of the error estimate plus one, which is the order of the method here
 */
export function piController(order: number): Controller {
  const beta = 0.2 / order;
  const alpha = 1 / order - 0.75 * beta;
  let before = 1e-4;
  let most = 10;
  return {
    accepted(h, error) {
      const factor = 0.9 * Math.max(error, 1e-10) ** -alpha * before ** beta;
      before = Math.max(error, 1e-4);
      const next = h * Math.min(most, Math.max(0.2, factor));
      most = 10;
      return next;
    },
    rejected(h, error) {
      // No growth right after a rejection.
      most = 1;
      return h * Math.max(0.2, Math.min(1, 0.9 * error ** -alpha));
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
