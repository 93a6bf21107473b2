/** @file What repeated measurements say: a median, and the quartiles around it. */

/** Repeated measurements of one quantity. */
export interface Summary {
  readonly median: number;
  /** The lower and the upper quartile: half of the measurements lie between them. */
  readonly quartiles: readonly [number, number];
  readonly values: readonly number[];
}

/**
 * Summarises measurements.
 *
 * @throws RangeError if there are none
 */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("summarize: expected at least one measurement, got none");
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)], values };
}

/** All measurements times a factor above 0. */
export const scaled = ({ values }: Summary, factor: number): Summary => summarize(values.map((value) => value * factor));

/** The quantile of sorted values, between neighbours where it falls between them. */
function quantile(sorted: readonly number[], fraction: number): number {
  const at = fraction * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/** ‖a − b‖ / ‖b − origin‖: the disagreement of two results relative to what was done; infinite if lengths differ. */
export function relativeDistance(a: Float32Array, b: Float32Array, origin?: Float32Array): number {
  if (a.length !== b.length || b.length === 0) return Infinity;
  let [difference, size] = [0, 0];
  b.forEach((value, i) => {
    difference += ((a[i] ?? NaN) - value) ** 2;
    size += (value - (origin?.[i] ?? 0)) ** 2;
  });
  return Math.sqrt(difference / size);
}
