/** @file The step program driven as the trainer drives it, with batches drawn beforehand; in Node and in a page. */
import type { Executable, HostTensor } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import { stateLayout, stepScalars } from "fluxion";
import type { Model, OptimizerConfig, TrainingState } from "fluxion";

/** Batches of several steps: `x0`, `x1` `[steps, batch, ...event]` and `t` `[steps, batch]`. */
export type BatchFeeds = Readonly<Record<string, HostTensor>>;

/** Training that goes on from call to call. */
export interface StepLoop {
  /** Does the steps of the given batches and returns their losses. */
  call(feeds: BatchFeeds): Promise<Float32Array>;
  /** The weight average. */
  ema(): Float32Array;
}

/** Starts a loop of a compiled step program. */
export function stepLoop(executable: Executable, { parameters }: Model, start: TrainingState, { optimizer, total }: { readonly optimizer: OptimizerConfig; readonly total: number }): StepLoop {
  let step = 0;
  const layout = stateLayout(parameters);
  let state: Record<string, HostTensor> = layout.cut(start);
  const call = async (feeds: BatchFeeds): Promise<Float32Array> => {
    const count = feeds["t"]?.shape[0] ?? 0;
    const scalars = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) stepScalars(step + i, total, optimizer, scalars.subarray(4 * i, 4 * i + 4));
    const results = await executable.run({ ...state, ...feeds, scalars: hostTensor(scalars, [count, 4]) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, tensor(results, `next.${name}`)]));
    step += count;
    return floats(results, "loss");
  };
  return { call, ema: () => layout.join(state).ema };
}

/** The batches of steps `from` to `to`. */
export function batchesOf(feeds: BatchFeeds, from: number, to: number): BatchFeeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape: [steps = 1, ...rest] }]) => {
      const size = data.length / steps;
      return [name, hostTensor((data as Float32Array).slice(from * size, to * size), [to - from, ...rest])];
    }),
  );
}

function tensor(results: Readonly<Record<string, HostTensor>>, name: string): HostTensor {
  const found = results[name];
  if (!found) throw new Error(`bench: the step program has no output "${name}"`);
  return found;
}

const floats = (results: Readonly<Record<string, HostTensor>>, name: string): Float32Array =>
  Float32Array.from(tensor(results, name).data as Float32Array);
