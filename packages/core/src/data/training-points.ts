import type { Key } from "../random/key.ts";
import { permutation } from "../random/permutation.ts";
import type { FloatArray } from "../random/float-array.ts";
import { batchOf, epochOrder } from "./epochs.ts";
import type { TrainingData } from "./training-data.ts";
import { applyTransform, fitStandardize } from "./transform.ts";

/** Points split for training and evaluation. */
export interface PointsSplit {
  /** Nine tenths of the points, standardised by their own mean and std. */
  readonly training: TrainingData;
  /** The other tenth (at least one point) `[count, d]`, in data space, as given. */
  readonly heldOut: FloatArray;
}

/**
 * Training data from points `[n, d]`, with a tenth that `holdOutKey` chooses held out.
 * @throws RangeError for fewer than two points or values that the shape does not hold; Error for NaN or infinite values.
 */
export function trainingPoints(
  points: FloatArray,
  shape: readonly [number, number],
  options: { readonly holdOutKey: Key },
): PointsSplit {
  checkPoints(points, shape);
  const [n, d] = shape;
  const order = permutation(options.holdOutKey, n);
  const heldOutCount = Math.max(1, Math.floor(n / 10));
  // Sorted, so that the split keeps the order of the file.
  const heldOut = gatherRows(points, order.slice(0, heldOutCount).sort(), d);
  const kept = gatherRows(points, order.slice(heldOutCount).sort(), d);
  const size = n - heldOutCount;
  const transform = fitStandardize(kept, [size, d]);
  const values = Float32Array.from(applyTransform(transform, kept));
  const batchOrder = epochOrder(size);
  const fill = (key: Key, step: number, out: Float32Array): void => {
    batchOrder(key, step, batchOf(out.length, d)).forEach((row, i) => {
      out.set(values.subarray(row * d, (row + 1) * d), i * d);
    });
  };
  return { training: { eventShape: [d], size, transform, fill }, heldOut };
}

function gatherRows(points: FloatArray, rows: Uint32Array, d: number): FloatArray {
  const length = rows.length * d;
  const out = points instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  rows.forEach((row, i) => {
    out.set(points.subarray(row * d, (row + 1) * d), i * d);
  });
  return out;
}

function checkPoints(points: FloatArray, [n, d]: readonly [number, number]): void {
  if (points.length !== n * d || !(d >= 1)) {
    throw new RangeError(
      `trainingPoints: expected [n, d] of ${points.length} values, got [${n}, ${d}]; give the points' shape`,
    );
  }
  if (n < 2) {
    throw new RangeError(`trainingPoints: expected at least 2 points (one is held out), got ${n}; give more data`);
  }
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = `row ${Math.floor(bad / d) + 1}, column ${(bad % d) + 1}`;
  throw new Error(
    `trainingPoints: expected finite values, got ${points[bad] ?? NaN} in ${place}; remove or repair that row`,
  );
}
