import type { HostTensor } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import { initParameters } from "../models/model.ts";
import type { Key } from "../random/key.ts";
import { flatSize, flattenValues } from "./layout.ts";
import type { OptimizerState } from "./optimizer.ts";

/** All that training needs to go on: the number of steps done and flat vectors `[parameters]`. */
export interface TrainingState extends OptimizerState<Float32Array> {
  /** Steps done. */
  readonly step: number;
}

const parts = ["params", "m", "v", "ema"] as const;

/** The state before the first step. */
export function initialState(model: Pick<Model, "parameters">, key: Key): TrainingState {
  const params = flattenValues(model.parameters, initParameters(model, key.child("parameters")));
  const zero = (): Float32Array => new Float32Array(params.length);
  return { step: 0, params, m: zero(), v: zero(), ema: params.slice() };
}

/** The state as named tensors, for checkpoints. */
export function stateTensors(state: TrainingState): Record<string, HostTensor> {
  return Object.fromEntries(parts.map((name) => [name, hostTensor(state[name], [state[name].length])]));
}

/**
 * The state from named tensors.
 *
 * @throws RangeError if one is missing or does not fit the model
 */
export function stateFromTensors(
  model: Model,
  step: number,
  tensors: Readonly<Record<string, HostTensor>>,
): TrainingState {
  const size = flatSize(model.parameters);
  const vector = (name: (typeof parts)[number]): Float32Array => {
    const data = tensors[name]?.data;
    if (data instanceof Float32Array && data.length === size) return data;
    throw new RangeError(
      `training state: expected "${name}" with ${String(size)} float32 values, got ${data ? String(data.length) : "none"}; it belongs to another model`,
    );
  };
  if (!Number.isInteger(step) || step < 0) {
    throw new RangeError(`training state: expected a step from 0, got ${String(step)}`);
  }
  return { step, params: vector("params"), m: vector("m"), v: vector("v"), ema: vector("ema") };
}
