/** @file Small helpers that the point sets share. */
import { checkedCount } from "../../random/float-array.ts";
import type { FloatArray } from "../../random/float-array.ts";

/** A point or vector of the plane. */
export type Vec2 = readonly [number, number];

/** Points `[count, 2]`, each made from its number. */
export function pointsFrom(count: number, make: (i: number) => Vec2): Float32Array {
  const out = new Float32Array(2 * checkedCount("sample", count));
  for (let i = 0; i < count; i++) out.set(make(i), 2 * i);
  return out;
}

/**
 * A function at each of the points `[count, 2]`.
 * @throws RangeError for an odd number of values.
 */
export function atPoints(points: FloatArray, value: (x: number, y: number) => number): Float64Array {
  if (points.length % 2 !== 0) {
    throw new RangeError(
      `logDensity: expected points [count, 2], got ${points.length} values; give two coordinates a point`,
    );
  }
  return Float64Array.from({ length: points.length / 2 }, (_, i) =>
    value(points[2 * i] ?? NaN, points[2 * i + 1] ?? NaN),
  );
}

/** `point` turned by `angle` radians, counter-clockwise. */
export function rotate([x, y]: Vec2, angle: number): Vec2 {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [c * x - s * y, s * x + c * y];
}

/** log Σ exp(values), without overflow. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (top === -Infinity) return top;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
