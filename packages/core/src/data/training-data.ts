import type { Key } from "../random/key.ts";
import type { DataTransform } from "./transform.ts";

/** Classes of training examples. */
export interface TrainingLabels {
  /** Labels run from 0 to this, exclusive. */
  readonly classes: number;
  /** Writes the labels of the examples that `fill` of the data writes for the same key, step and batch size. */
  fill(key: Key, step: number, out: Int32Array): void;
}

/** What a training loop draws from. */
export interface TrainingData {
  /** Shape of one example: `[d]` for points, `[channels, height, width]` for images. */
  readonly eventShape: readonly number[];
  /** How many examples there are. */
  readonly size: number;
  /** The map from the user's data to what `fill` writes. */
  readonly transform: DataTransform;
  /**
   * Writes batch number `step` into `out`, `[batch, ...event]` in model space; a pure function of `key`, `step` and the
   * batch size. Every epoch visits each example once, in an order of its own.
   */
  fill(key: Key, step: number, out: Float32Array): void;
  /** Classes of the examples. Default: none are known. */
  readonly labels?: TrainingLabels | undefined;
}
