/** @file The map between a user's data and the space the model works in; stored with every flow. */
import type { FloatArray } from "../random/float-array.ts";

/** A map from data to model space, as plain JSON. Values are rows of one example each. */
export type DataTransform =
  | { readonly kind: "identity" }
  /** y = (x − mean) / std by column. */
  | { readonly kind: "standardize"; readonly mean: readonly number[]; readonly std: readonly number[] }
  /** y = x/128 − 1 for x = pixel + u in [0, 256), u ~ U[0, 1) (paper, Appendix C, before eq 36). */
  | { readonly kind: "images8bit" };

/**
 * The standardisation of points `[n, d]` to mean 0 and (population) variance 1 by column; a constant column gets std 1.
 * @throws RangeError for no points, or a shape that the values do not fill.
 */
export function fitStandardize(points: FloatArray, shape: readonly [number, number]): DataTransform {
  const [n, d] = shape;
  if (n < 1 || d < 1 || points.length !== n * d) {
    throw new RangeError(
      `fitStandardize: expected [n, d] of ${points.length} values with n, d ≥ 1, got [${n}, ${d}]; give the points' shape`,
    );
  }
  const mean: number[] = [];
  const std: number[] = [];
  for (let column = 0; column < d; column++) {
    const values = Float64Array.from({ length: n }, (_, row) => points[row * d + column] ?? NaN);
    const [m, s] = columnMoments(values);
    mean.push(m);
    std.push(s);
  }
  return { kind: "standardize", mean, std };
}

/** Mean and standard deviation in two passes, so that a large offset costs no digits. */
function columnMoments(values: Float64Array): readonly [number, number] {
  const first = values[0] ?? 0;
  // Compared exactly: the rounding of a mean would give a constant column a tiny std instead of 1.
  if (values.every((value) => value === first)) return [first, 1];
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, variance > 0 ? Math.sqrt(variance) : 1];
}

/** Data `[n, ...event]` in model space, as a new array of the same type. */
export function applyTransform<T extends FloatArray>(transform: DataTransform, data: T): T {
  return mapRows(transform, data, "applyTransform", (x, mean, std) => (x - mean) / std);
}

/** Model-space values `[n, ...event]` back in data space, as a new array of the same type; images in [0, 256), not rounded. */
export function invertTransform<T extends FloatArray>(transform: DataTransform, values: T): T {
  return mapRows(transform, values, "invertTransform", (y, mean, std) => y * std + mean);
}

/**
 * log |d model / d data| of one example of `size` values: log p(data) = log p(model) + this. For images this is
 * −7·size·log 2 (paper eq 36), which `bitsPerDim` counts as its + 7 (eq 37).
 */
export function logAbsDet(transform: DataTransform, size: number): number {
  const { std } = affineOf(transform);
  checkColumns("logAbsDet", std.length, size);
  return -(size / std.length) * std.reduce((sum, value) => sum + Math.log(value), 0);
}

/** 8-bit pixel values from model space: ⌊128 (y + 1)⌋, clipped to [0, 255]. */
export function toPixels(values: FloatArray): Uint8Array {
  return Uint8Array.from(values, (y) => Math.min(255, Math.max(0, Math.floor((y + 1) * 128))));
}

/** Every transform is y = (x − mean)/std with columns repeating. */
function affineOf(transform: DataTransform): { readonly mean: readonly number[]; readonly std: readonly number[] } {
  switch (transform.kind) {
    case "identity":
      return { mean: [0], std: [1] };
    case "standardize":
      return transform;
    case "images8bit":
      return { mean: [128], std: [128] };
  }
}

function mapRows<T extends FloatArray>(
  transform: DataTransform,
  values: T,
  name: string,
  map: (value: number, mean: number, std: number) => number,
): T {
  const { mean, std } = affineOf(transform);
  const columns = std.length;
  checkColumns(name, columns, values.length);
  const out = values.slice() as T;
  for (let i = 0; i < out.length; i++) {
    const column = i % columns;
    out[i] = map(values[i] ?? NaN, mean[column] ?? NaN, std[column] ?? NaN);
  }
  return out;
}

function checkColumns(name: string, columns: number, length: number): void {
  if (length % columns === 0) return;
  throw new RangeError(
    `${name}: expected points of dimension ${columns}, got ${length} values, no multiple of it; give points of the dimension the transform was fitted on`,
  );
}
