/** @file What a fill writes into. */

/** An array that a fill can write into. */
export type FloatArray = Float32Array | Float64Array;

/** The array to fill: the caller's own, or a new Float32Array of so many numbers. */
export function fillTarget(name: string, target: number | FloatArray): FloatArray {
  return typeof target === "number" ? new Float32Array(checkedCount(name, target)) : target;
}

/**
 * `count` itself.
 * @throws RangeError if it is not a whole number ≥ 0.
 */
export function checkedCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new RangeError(
    `${name}: expected a whole number of values, got ${count}; give a count ≥ 0 or an array to fill`,
  );
}
