/** @file Points on their way through time. */
import type { HostTensor } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { DataTransform, Integrator, SolverOptions } from "fluxion";
import { invertTransform, isAdaptive } from "fluxion";

/** Positions of `count` points at growing times. */
export interface Frames {
  readonly count: number;
  readonly times: readonly number[];
  /** `[times, count, 2]` in data space. */
  readonly positions: Float32Array;
  /** Evaluations of the network for all of it. */
  readonly nfe: number;
}

/** How a stretch of time is solved. */
export type Method = Pick<SolverOptions, "solver" | "steps" | "rtol" | "atol">;

/** What `follow` follows. */
export interface Followed {
  readonly integrator: Integrator;
  readonly extras: Readonly<Record<string, HostTensor>>;
  /** In model space, `[count, 2]`. */
  readonly start: Float32Array;
  readonly method: Method;
}

/** Times from one to the other, both included. */
export const timesBetween = (from: number, to: number, segments: number): number[] =>
  Array.from({ length: segments + 1 }, (_, i) => (i === segments ? to : from + ((to - from) * i) / segments));

/**
 * Solves from time to time and keeps every state, the start included, in model space. A fixed grid's steps are shared out
 * over the segments, at least one each; fewer steps than segments are solved as they are, and drawn as straight lines.
 */
export async function follow({ integrator, extras, start, method }: Followed, times: readonly number[]): Promise<{ states: Float32Array[]; nfe: number }> {
  const count = start.length / 2;
  const states = [start];
  let nfe = 0;
  let x = start;
  const segments = times.length - 1;
  for (let i = 0; i < segments; i++) {
    const steps = method.steps === undefined ? undefined : Math.max(1, Math.round(method.steps / segments));
    const solved = await integrator.solve(
      [hostTensor(x, [count, 2])],
      [times[i] ?? 0, times[i + 1] ?? 1],
      { ...method, ...(steps !== undefined && { steps }), throwOnFailure: false },
      extras,
    );
    nfe += solved.nfe;
    x = Float32Array.from(solved.state[0]?.data as Float32Array);
    states.push(x);
  }
  return { states, nfe };
}

/** The segments that show every step of a coarse grid, or a smooth picture of a fine one. */
export function segmentsOf({ solver = "dopri5", steps = 100 }: Method, smooth = 32): number {
  if (isAdaptive(solver)) return smooth;
  if (steps <= smooth) return steps;
  return smooth;
}

/** States as frames in data space. */
export function framesOf(states: readonly Float32Array[], times: readonly number[], transform: DataTransform, nfe: number): Frames {
  const size = states[0]?.length ?? 0;
  const positions = new Float32Array(size * states.length);
  states.forEach((state, i) => {
    positions.set(invertTransform(transform, state), i * size);
  });
  return { count: size / 2, times, positions, nfe };
}
