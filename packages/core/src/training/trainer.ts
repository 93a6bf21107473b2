import type { HostTensor } from "@fluxion/graph";
import { floats, heldAfter, hold, readState, release, stateInMemory } from "./held-state.ts";
import type { HeldState, StepExecutable } from "./held-state.ts";
import type { StateLayout } from "./state-layout.ts";
import type { TrainingState } from "./state.ts";

/** What one call of the step program did. */
export interface ChunkReport {
  /** Steps done so far. */
  readonly step: number;
  /** The loss of each step of the chunk. */
  readonly losses: Float32Array;
  /** The gradient's norm before clipping, of each step. */
  readonly gradientNorms: Float32Array;
}

/** A training run in memory. */
export interface Trainer {
  /** Steps done. */
  readonly step: number;
  /**
   * The last state in this program's memory, which is what a lost GPU or worker leaves to go on from: on a CPU the present
   * one, elsewhere that of the start, of `restore` or of the last `read`.
   */
  readonly saved: TrainingState;
  /**
   * The present state, copied from the device if need be: what checkpoints are made of.
   *
   * @throws Error if the device is lost
   */
  read(): Promise<TrainingState>;
  /** Threads it computes with; equal counts give equal bits. */
  readonly threads: number;
  /**
   * Does some steps of a schedule in one call. The numbers drawn depend on key and step only, never on the chunk.
   *
   * @param count - steps to do, from 1
   * @param total - the length of the whole schedule, which the learning rate decays over
   * @throws TrainingDivergedError if a loss is not finite; the state is then still the one before the call
   */
  advance(count: number, total: number): Promise<ChunkReport>;
  /** Puts another state in place, such as the first one again after measuring speed. */
  restore(state: TrainingState): void;
  dispose(): Promise<void>;
}

/** Training met a loss that is no number. The state before is kept. */
export class TrainingDivergedError extends Error {
  /** The step whose loss was not finite. */
  readonly step: number;
  /** The last good state. */
  readonly state: TrainingState;

  constructor(step: number, loss: number, state: TrainingState) {
    super(
      `training: the loss of step ${String(step)} is ${String(loss)}: expected a finite number; ` +
        `the state of step ${String(state.step)} is kept; try a smaller learning rate, a longer warm-up or a smaller clip norm`,
    );
    this.name = "TrainingDivergedError";
    this.step = step;
    this.state = state;
  }
}

/** Draws the inputs of `count` steps, each a function of its number alone. */
export type DrawSteps = (first: number, count: number, total: number) => Record<string, HostTensor>;

/** The run of a compiled step program from a state. */
export function stepTrainer(executable: StepExecutable, layout: StateLayout, draw: DrawSteps, initial: TrainingState): Trainer {
  let held = hold(layout, initial);
  /** The last state in memory, and which held one it is. */
  let last = { of: held, state: (): TrainingState => initial };
  const put = (next: HeldState): void => {
    release(held);
    held = next;
    const state = stateInMemory(layout, next);
    if (state) last = { of: next, state };
  };
  const read = async (): Promise<TrainingState> => {
    const of = held;
    if (last.of !== of) {
      const state = await readState(layout, of);
      last = { of, state: () => state };
    }
    return last.state();
  };
  return {
    get step() {
      return held.step;
    },
    get saved() {
      return last.state();
    },
    read,
    threads: executable.threads ?? 1,
    advance: async (count, total) => {
      const { step, vectors } = held;
      if (!Number.isInteger(count) || count < 1 || step + count > total) {
        throw new RangeError(
          `advance: expected 1 to ${String(total - step)} steps, what is left of ${String(total)}, got ${String(count)}`,
        );
      }
      const results = await executable.run({ ...vectors, ...draw(step, count, total) });
      const next = heldAfter(layout, step + count, results);
      const losses = floats(results.loss);
      const bad = losses.findIndex((loss) => !Number.isFinite(loss));
      if (bad >= 0) {
        release(next);
        throw new TrainingDivergedError(step + bad, losses[bad] ?? NaN, await read());
      }
      put(next);
      return { step: held.step, losses, gradientNorms: floats(results.gradientNorm) };
    },
    restore: (state) => {
      put(hold(layout, state));
    },
    dispose: async () => {
      release(held);
      await executable.dispose();
    },
  };
}
