/** @file The inputs of a training step: their shapes, and how each is drawn from key and step number alone. */
import type { TrainingData } from "../data/training-data.ts";
import { normal } from "../random/index.ts";
import type { Key } from "../random/key.ts";
import type { TimeSampler } from "./times/time-sampler.ts";

/** What batches are drawn from. */
export interface BatchSource {
  /** Of the run. */
  readonly key: Key;
  readonly data: TrainingData;
}

/** One input of a training step. */
export interface BatchInput {
  /** Of one step, such as `[batch, ...event]`. */
  readonly shape: readonly number[];
  /** Draws the values of one step: a pure function of the source and the step number. */
  readonly fill: (source: BatchSource, step: number, out: Float32Array) => void;
}

/** Unit normal noise `[batch, ...event]`. */
export function noiseInput(batch: number, event: readonly number[]): BatchInput {
  return {
    shape: [batch, ...event],
    fill: ({ key }, step, out) => {
      normal(key.child("noise", step), out);
    },
  };
}

/** Data in model space `[batch, ...event]`. */
export function dataInput(batch: number, event: readonly number[]): BatchInput {
  return {
    shape: [batch, ...event],
    fill: ({ key, data }, step, out) => {
      data.fill(key.child("data"), step, out);
    },
  };
}

/** Times `[batch]` within an interval. */
export function timeInput(batch: number, times: TimeSampler, interval: readonly [number, number]): BatchInput {
  return {
    shape: [batch],
    fill: ({ key }, step, out) => {
      times.fill(key.child("time", step), interval, out);
    },
  };
}
