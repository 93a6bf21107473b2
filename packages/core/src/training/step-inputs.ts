/** @file What every training step draws: the objective's inputs, labels, images of low resolution, and masks of dropout. */
import type { DType, TypedData } from "@fluxion/graph";
import { sizeOf } from "@fluxion/graph";
import { lowResolution } from "../data/low-resolution.ts";
import type { Model } from "../models/model.ts";
import type { BatchInput, BatchSource, Objective } from "../objectives/index.ts";
import type { Path } from "../paths/path.ts";
import { bytes, uniform } from "../random/index.ts";

/** What the inputs of a step depend on. */
export interface StepInputsOptions {
  readonly model: Model;
  readonly objective: Objective;
  readonly path: Path;
  readonly batch: number;
  /** The probability that an example's label is withheld, in [0, 1]. Default 0.1. */
  readonly labelDropout?: number | undefined;
}

/** One input of a training step. */
export interface StepInput {
  /** Of one step. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The axis of `shape` that is the batch. */
  readonly batchAxis: number;
  /** The values of `count` steps, each a pure function of the source and its number. */
  draw(source: BatchSource, first: number, count: number): TypedData;
}

/** What a step draws, by name. */
export function stepInputs({ model, objective, path, batch, labelDropout = 0.1 }: StepInputsOptions): Readonly<Record<string, StepInput>> {
  const inputsOf = (size: number): Readonly<Record<string, BatchInput>> =>
    objective.inputs({ path: objective.pathOf(path), batch: size, event: model.eventShape });
  const other = inputsOf(batch + 1);
  const drawn = Object.entries(inputsOf(batch)).map(([name, { shape, fill }]): [string, StepInput] => {
    const batchAxis = shape.findIndex((length, axis) => length !== other[name]?.shape[axis]);
    return [name, stepInput("float32", shape, batchAxis, (length) => new Float32Array(length), fill)];
  });
  const masks = Object.entries(model.masks ?? {}).map(([name, shape]): [string, StepInput] => [
    name,
    stepInput("uint8", [batch, ...shape], 0, (length) => new Uint8Array(length), ({ key }, step, out) => {
      bytes(key.child("dropout", step).child(name), out);
    }),
  ]);
  const { classes } = model;
  const labels = classes === undefined ? {} : { labels: labelInput(batch, classes, labelDropout) };
  const small = model.superResolution === undefined ? {} : { lowResolution: lowResolutionInput(batch, model, model.superResolution) };
  return { ...Object.fromEntries(drawn), ...labels, ...small, ...Object.fromEntries(masks) };
}

/** Images of low resolution `[batch, channels, height/factor, width/factor]` of the data that the objective draws. */
function lowResolutionInput(batch: number, model: Model, factor: number): StepInput {
  const [channels = 1, height = 1, width = 1] = model.eventShape;
  const shape = [batch, channels, height, width] as const;
  return stepInput("float32", [batch, channels, height / factor, width / factor], 0, (length) => new Float32Array(length), ({ key, data }, step, out) => {
    const x1 = new Float32Array(sizeOf(shape));
    data.fill(key.child("data"), step, x1);
    out.set(lowResolution(x1, shape, factor, data.transform));
  });
}

/** Labels `[batch]`, of which some are `classes`, none in particular. */
function labelInput(batch: number, classes: number, labelDropout: number): StepInput {
  return stepInput("int32", [batch], 0, (length) => new Int32Array(length), ({ key, data }, step, out) => {
    data.labels?.fill(key.child("data"), step, out);
    const chance = uniform(key.child("label-dropout", step), batch);
    for (let i = 0; i < batch; i++) if ((chance[i] ?? 1) < labelDropout) out[i] = classes;
  });
}

function stepInput<T extends Float32Array | Int32Array | Uint8Array>(
  dtype: DType,
  shape: readonly number[],
  batchAxis: number,
  make: (length: number) => T,
  fill: (source: BatchSource, step: number, out: T) => void,
): StepInput {
  const size = sizeOf(shape);
  return {
    shape,
    dtype,
    batchAxis,
    draw: (source, first, count) => {
      const values = make(count * size);
      for (let i = 0; i < count; i++) fill(source, first + i, values.subarray(i * size, (i + 1) * size) as T);
      return values;
    },
  };
}
