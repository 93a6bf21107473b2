/** @file The state of training where the runtime keeps it: on a GPU it stays there from call to call. */
import type { Executable, Feed, HostTensor } from "@fluxion/graph";
import { hostTensor, isHostTensor } from "@fluxion/graph";
import type { OptimizerState } from "./optimizer.ts";
import type { StepOutput } from "./step-program.ts";
import type { TrainingState } from "./state.ts";

/** The outputs of the step program that are fed again. */
export const fedAgain = ["next.params", "next.m", "next.v", "next.ema"] as const;

/** A compiled step program whose state stays where it is. */
export type StepExecutable = Executable<StepOutput, (typeof fedAgain)[number]>;

/** What a call of the step program returns. */
export type StepResults = Awaited<ReturnType<StepExecutable["run"]>>;

/** The number of steps done, and where the vectors are. */
export interface HeldState extends OptimizerState<Feed> {
  readonly step: number;
}

/** A state in this program's memory, ready to feed. */
export function hold({ step, params, m, v, ema }: TrainingState): HeldState {
  const vector = (data: Float32Array): HostTensor => hostTensor(data, [data.length]);
  return { step, params: vector(params), m: vector(m), v: vector(v), ema: vector(ema) };
}

/** The state that a call ends in. */
export const heldAfter = (step: number, results: StepResults): HeldState => ({
  step,
  params: results["next.params"],
  m: results["next.m"],
  v: results["next.v"],
  ema: results["next.ema"],
});

/** Frees what lies on a device. */
export function release({ params, m, v, ema }: HeldState): void {
  for (const feed of [params, m, v, ema]) if (!isHostTensor(feed)) feed.dispose();
}

/** Copies a state into this program's memory. */
export async function readState({ step, params, m, v, ema }: HeldState): Promise<TrainingState> {
  const read = async (feed: Feed): Promise<Float32Array> => floats(isHostTensor(feed) ? feed : await feed.read());
  return { step, params: await read(params), m: await read(m), v: await read(v), ema: await read(ema) };
}

/** The state, if it lies in this program's memory. */
export function stateInMemory({ step, params, m, v, ema }: HeldState): TrainingState | undefined {
  const [p, first, second, average] = [params, m, v, ema].map((feed) => (isHostTensor(feed) ? feed : feed.host));
  if (!p || !first || !second || !average) return undefined;
  return { step, params: floats(p), m: floats(first), v: floats(second), ema: floats(average) };
}

/** The values of a tensor as float32, without a copy where they already are. */
export const floats = ({ data }: HostTensor): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
