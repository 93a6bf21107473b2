import type { DataTransform } from "../data/transform.ts";
import type { Key } from "../random/key.ts";

/** Examples to train on, in model space. */
export interface TrainingData {
  /** The shape of one example. */
  readonly eventShape: readonly number[];
  /** The number of examples. */
  readonly size: number;
  /** How data become what the model sees; stored with the flow. */
  readonly transform: DataTransform;
  /**
   * Writes the batch of a step: a pure function of key, step and the length of `out`.
   *
   * @param out - `[batch, ...event]`, row-major
   */
  fill(key: Key, step: number, out: Float32Array): void;
}
