/** @file What every metric measures: sets of examples, checked and read as rows. */
import type { FloatArray } from "../random/float-array.ts";

/** Examples `[n, ...event]`, row-major: points, features, pictures. */
export interface SampleSet {
  readonly values: FloatArray | Uint8Array;
  readonly shape: readonly number[];
}

/** A set as n rows of d numbers in float64. */
export interface Rows {
  readonly data: Float64Array;
  readonly n: number;
  readonly d: number;
}

/**
 * The rows of a set.
 *
 * @param name - of the caller and the set, for messages
 * @param least - the fewest rows that make sense
 * @throws RangeError if the shape does not hold the values, a value is not finite, or there are too few examples
 */
export function rowsOf(name: string, { values, shape }: SampleSet, least = 1): Rows {
  const [n = 0, ...event] = shape;
  const d = event.reduce((product, length) => product * length, 1);
  if (shape.length === 0 || d < 1 || n * d !== values.length) {
    throw new RangeError(`${name}: expected examples [n, ...event], got ${values.length} values of shape [${shape.join(", ")}]; give their shape`);
  }
  if (n < least) {
    throw new RangeError(`${name}: expected at least ${least} examples, got ${n}; draw more`);
  }
  const data = values instanceof Float64Array ? values : Float64Array.from(values);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`${name}: expected finite values, got ${data[bad] ?? NaN} in example ${Math.floor(bad / d)}; leave it out`);
  }
  return { data, n, d };
}

/**
 * The rows of two sets of one dimension.
 *
 * @throws RangeError if dimensions differ, or as `rowsOf`
 */
export function rowPairOf(name: string, a: SampleSet, b: SampleSet, least = 1): readonly [Rows, Rows] {
  const pair = [rowsOf(`${name}: first set`, a, least), rowsOf(`${name}: second set`, b, least)] as const;
  if (pair[0].d === pair[1].d) return pair;
  throw new RangeError(
    `${name}: expected two sets of one dimension, got examples of shape [${a.shape.slice(1).join(", ")}] and [${b.shape.slice(1).join(", ")}]; compare what one source describes`,
  );
}

/** Some rows of a set, in the order of `indices`. */
export function takeRows({ data, d }: Rows, indices: ArrayLike<number>): Rows {
  const out = new Float64Array(indices.length * d);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] ?? 0) * d;
    out.set(data.subarray(from, from + d), i * d);
  }
  return { data: out, n: indices.length, d };
}

/** ‖a_i − b_j‖². */
export function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  const { data: x, d } = a;
  const { data: y } = b;
  let total = 0;
  for (let k = 0, p = i * d, q = j * d; k < d; k++) {
    const difference = (x[p + k] ?? 0) - (y[q + k] ?? 0);
    total += difference * difference;
  }
  return total;
}

/** a_i · b_j. */
export function dot(a: Rows, i: number, b: Rows, j: number): number {
  const { data: x, d } = a;
  const { data: y } = b;
  let total = 0;
  for (let k = 0, p = i * d, q = j * d; k < d; k++) total += (x[p + k] ?? 0) * (y[q + k] ?? 0);
  return total;
}

/**
 * Refuses options that are not known.
 *
 * @throws RangeError naming the first
 */
export function checkOptions(name: string, options: object, known: readonly string[]): void {
  const stray = Object.keys(options).find((key) => !known.includes(key));
  if (stray !== undefined) throw new RangeError(`${name}: unknown option "${stray}"; known are ${known.join(", ")}`);
}
