/** @file Arrays of the reference interpreter: float64, row-major; booleans are 0 and 1, integers exact to 2^53. */
import { sizeOf } from "./shape.ts";

/** A float64 array. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array of zeros. */
export function nd(shape: readonly number[], data: Float64Array = new Float64Array(sizeOf(shape))): NdArray {
  return { shape, data };
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] ?? 1;
  }
  return strides;
}

/** Reads `x` at every index of `shape` with given strides (0 repeats), row-major. */
export function gatherStrided(
  x: NdArray,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): NdArray {
  const out = nd(shape);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = x.data[at] ?? NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      at -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}

/** `x` broadcast to `shape` by NumPy's rule. */
export function broadcastNd(x: NdArray, shape: readonly number[]): NdArray {
  if (x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])) return x;
  const own = stridesOf(x.shape);
  const shift = shape.length - x.shape.length;
  return gatherStrided(
    x,
    shape,
    shape.map((_, i) => ((x.shape[i - shift] ?? 1) === 1 ? 0 : (own[i - shift] ?? 0))),
  );
}

/** The broadcast shape of concrete arrays. */
export function broadcastNdShape(arrays: readonly NdArray[]): number[] {
  const rank = Math.max(...arrays.map((a) => a.shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let out = 1;
    for (const a of arrays) {
      const dim = a.shape[i - (rank - a.shape.length)] ?? 1;
      if (dim !== 1) out = dim;
    }
    return out;
  });
}

/** Applies `f` elementwise after broadcasting. */
export function mapNd(f: (...values: number[]) => number, ...arrays: readonly NdArray[]): NdArray {
  const shape = broadcastNdShape(arrays);
  const sources = arrays.map((a) => broadcastNd(a, shape).data);
  const out = nd(shape);
  const [a, b] = sources;
  if (a !== undefined && sources.length === 1) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(a[i] ?? NaN);
  } else if (a !== undefined && b !== undefined && sources.length === 2) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(a[i] ?? NaN, b[i] ?? NaN);
  } else {
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(...sources.map((s) => s[i] ?? NaN));
  }
  return out;
}

/** The first array of an op's inputs and so on, which the type rule has made sure of. */
export function ndAt(arrays: readonly NdArray[], i = 0): NdArray {
  const array = arrays[i];
  if (array === undefined) throw new Error(`internal: no array ${String(i)}`);
  return array;
}
