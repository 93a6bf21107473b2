/** @file The state of training where the runtime keeps it: on a GPU it stays there from call to call. */
import type { Executable, Feed, HostTensor } from "@fluxion/graph";
import { isHostTensor } from "@fluxion/graph";
import type { StateLayout, StateName } from "./state-layout.ts";
import type { StepOutput } from "./step-program.ts";
import type { TrainingState } from "./state.ts";

/** An output of a step program that is fed again. */
export type NextState = `next.${StateName}`;

/** The outputs of a step program that are fed again. */
export const fedAgain = ({ names }: StateLayout): NextState[] => names.map((name): NextState => `next.${name}`);

/** A compiled step program whose state stays where it is. */
export type StepExecutable = Executable<StepOutput, NextState>;

/** What a call of the step program returns. */
export type StepResults = Awaited<ReturnType<StepExecutable["run"]>>;

/** The number of steps done, and where the vectors are. */
export interface HeldState {
  readonly step: number;
  readonly vectors: Readonly<Record<string, Feed>>;
}

/** A state in this program's memory, ready to feed. */
export const hold = (layout: StateLayout, state: TrainingState): HeldState => ({ step: state.step, vectors: layout.cut(state) });

/** The state that a call ends in. */
export function heldAfter({ names }: StateLayout, step: number, results: StepResults): HeldState {
  const vectors = names.map((name): [string, Feed] => {
    const vector = results[`next.${name}`];
    if (!vector) throw new Error(`internal: no result next.${name}`);
    return [name, vector];
  });
  return { step, vectors: Object.fromEntries(vectors) };
}

/** Frees what lies on a device. */
export function release({ vectors }: HeldState): void {
  for (const feed of Object.values(vectors)) if (!isHostTensor(feed)) feed.dispose();
}

/** Copies a state into this program's memory. */
export async function readState(layout: StateLayout, { step, vectors }: HeldState): Promise<TrainingState> {
  const read = async ([name, feed]: [string, Feed]): Promise<[string, HostTensor]> => [name, isHostTensor(feed) ? feed : await feed.read()];
  return { step, ...layout.join(Object.fromEntries(await Promise.all(Object.entries(vectors).map(read)))) };
}

/** The state, if it lies in this program's memory: a function that copies it, when it is asked for. */
export function stateInMemory(layout: StateLayout, { step, vectors }: HeldState): (() => TrainingState) | undefined {
  const inMemory: Record<string, HostTensor> = {};
  for (const [name, feed] of Object.entries(vectors)) {
    const host = isHostTensor(feed) ? feed : feed.host;
    if (!host) return undefined;
    inMemory[name] = host;
  }
  let state: TrainingState | undefined;
  return () => (state ??= { step, ...layout.join(inMemory) });
}

/** The values of a tensor as float32, without a copy where they already are. */
export const floats = ({ data }: HostTensor): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
