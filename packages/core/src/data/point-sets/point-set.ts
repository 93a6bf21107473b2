import type { Key } from "../../random/key.ts";
import type { FloatArray } from "../../random/float-array.ts";

/** A distribution of points in the plane. */
export interface PointSet {
  readonly name: string;
  readonly dimension: 2;
  /** `count` independent points `[count, 2]`. */
  readonly sample: (key: Key, count: number) => Float32Array;
  /** Log density in nats at points `[count, 2]`; −Infinity outside the support. */
  readonly logDensity: (points: FloatArray) => Float64Array;
  /** Differential entropy in nats: the smallest possible negative log-likelihood. */
  readonly entropy: number;
}
