/**
 * @file Where fixed-step solvers step: grids of shares of the interval, from 0 at the noise to 1 at the data. Noise levels are those
 * of the straight path, on which t = 1 − σ for a level beside a signal of 1 − σ, and t = 1/(1 + σ) for one beside a signal of 1.
 */
import { wholeFrom } from "../whole-from.ts";

/** Options of `karrasLevels` and `karrasGrid`. */
export interface KarrasOptions {
  /** The least noise, above 0. Default 0.002. */
  readonly sigmaMin?: number | undefined;
  /** The most noise. Default 80. */
  readonly sigmaMax?: number | undefined;
  /** From 1 (equally far apart) on; the greater, the denser near the data. Default 7. */
  readonly rho?: number | undefined;
}

/**
 * Falling noise levels, equally far apart after the root of degree rho (Karras et al. 2022, eq 5).
 *
 * @throws RangeError for fewer than two levels, or options out of range
 */
export function karrasLevels(count: number, { sigmaMin = 0.002, sigmaMax = 80, rho = 7 }: KarrasOptions = {}): number[] {
  wholeFrom("karrasLevels: count", count, 2);
  if (!(sigmaMin > 0 && sigmaMin < sigmaMax && Number.isFinite(sigmaMax))) {
    throw new RangeError(`karrasLevels: expected 0 < sigmaMin < sigmaMax, got ${String(sigmaMin)} and ${String(sigmaMax)}`);
  }
  if (!(rho >= 1 && Number.isFinite(rho))) throw new RangeError(`karrasLevels: rho: expected a number from 1, got ${String(rho)}`);
  const [high, low] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)];
  return Array.from({ length: count }, (_, i) => (high + (i / (count - 1)) * (low - high)) ** rho);
}

/** A grid of `steps` steps at these levels, as t = 1/(1 + σ): from 0, where there is nothing but noise, to 1. */
export function karrasGrid(steps: number, options: KarrasOptions = {}): number[] {
  wholeFrom("karrasGrid: steps", steps, 2);
  const times = karrasLevels(steps, options).map((sigma) => 1 / (1 + sigma));
  return [0, ...times.slice(1), 1];
}

/** The noise level that stands for σ on large images (Esser et al. 2024, eq 23): shift σ/(1 + (shift − 1) σ). */
export function shiftedLevel(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma);
}

/**
 * A grid of `steps` steps that are equally far apart before the shift: above 1 denser near the noise, below 1 near the data.
 *
 * @throws RangeError for a shift that is not above 0
 */
export function shiftedGrid(steps: number, shift: number): number[] {
  wholeFrom("shiftedGrid: steps", steps, 1);
  if (!(shift > 0 && Number.isFinite(shift))) throw new RangeError(`shiftedGrid: shift: expected a number above 0, got ${String(shift)}`);
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? 1 : 1 - shiftedLevel(1 - i / steps, shift)));
}

/**
 * Checks a grid.
 *
 * @throws RangeError unless it grows from 0 to 1
 */
export function checkGrid(solver: string, grid: readonly number[]): void {
  const grows = grid.every((share, i) => i === 0 || share > (grid[i - 1] ?? NaN));
  if (grid.length >= 2 && grid[0] === 0 && grid.at(-1) === 1 && grows) return;
  throw new RangeError(`${solver}: grid: expected shares of the interval that grow from 0 to 1, got [${grid.slice(0, 6).join(", ")}${grid.length > 6 ? ", …" : ""}]`);
}
