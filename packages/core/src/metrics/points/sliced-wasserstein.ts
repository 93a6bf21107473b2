import type { Key } from "../../random/key.ts";
import { normal } from "../../random/index.ts";
import { checkOptions, rowPairOf } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { Rows, SampleSet } from "../samples.ts";

/** Options of `slicedWasserstein`. */
export interface SlicedWassersteinOptions {
  /** Names the directions. */
  readonly key: Key;
  /** Directions, from 1. Default 500. */
  readonly projections?: number | undefined;
  /** p, from 1. Default 2. */
  readonly order?: number | undefined;
}

/**
 * The sliced p-Wasserstein distance (E_θ W_p(θ·x, θ·y)^p)^(1/p) over uniform directions θ (Bonneel et al. 2015). Sets may
 * differ in size. O(projections · n (d + log n)).
 *
 * @throws RangeError if dimensions differ or an option is out of range
 */
export function slicedWasserstein(a: SampleSet, b: SampleSet, options: SlicedWassersteinOptions): number {
  checkOptions("slicedWasserstein", options, ["key", "projections", "order"]);
  const { key, order = 2 } = options;
  const projections = wholeFrom("slicedWasserstein: projections", options.projections ?? 500, 1);
  if (!(order >= 1) || !Number.isFinite(order)) throw new RangeError(`slicedWasserstein: order: expected a number from 1, got ${order}`);
  const [x, y] = rowPairOf("slicedWasserstein", a, b);
  let total = 0;
  for (let k = 0; k < projections; k++) {
    const direction = unit(key.child("projection", k), x.d);
    total += quantileDistance(projected(x, direction), projected(y, direction), order);
  }
  return (total / projections) ** (1 / order);
}

/** A direction uniform on the sphere. */
function unit(key: Key, d: number): Float64Array {
  const z = normal(key, new Float64Array(d));
  const norm = Math.sqrt(z.reduce((total, value) => total + value * value, 0));
  return z.map((value) => value / norm);
}

/** Sorted places of the points on a line. */
function projected({ data, n, d }: Rows, direction: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (data[i * d + j] ?? 0) * (direction[j] ?? 0);
    out[i] = sum;
  }
  return out.sort();
}

/** W_p^p on the line, ∫₀¹ |F⁻¹(q) − G⁻¹(q)|^p dq: quantiles are steps of 1/n and 1/m. */
function quantileDistance(x: Float64Array, y: Float64Array, p: number): number {
  const [n, m] = [x.length, y.length];
  let total = 0;
  // Places in units of 1/(n m), which are whole.
  for (let i = 0, j = 0, at = 0; i < n && j < m; ) {
    const end = Math.min((i + 1) * m, (j + 1) * n);
    total += (end - at) * Math.abs((x[i] ?? 0) - (y[j] ?? 0)) ** p;
    at = end;
    if (at === (i + 1) * m) i++;
    if (at === (j + 1) * n) j++;
  }
  return total / (n * m);
}
