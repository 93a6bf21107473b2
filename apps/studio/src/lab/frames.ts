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
 * Solves from time to time and keeps every state, the start included, in model space. Each stretch gets its share of a fixed
 * grid's steps, at least one: times of `timesFor` share them out exactly.
 */
export async function follow({ integrator, extras, start, method }: Followed, times: readonly number[]): Promise<{ states: Float32Array[]; nfe: number }> {
  const count = start.length / 2;
  const whole = (times.at(-1) ?? 1) - (times[0] ?? 0);
  const states = [start];
  let nfe = 0;
  let x = start;
  for (let i = 0; i + 1 < times.length; i++) {
    const [from, to] = [times[i] ?? 0, times[i + 1] ?? 1];
    const steps = method.steps === undefined ? undefined : Math.max(1, Math.round((method.steps * (to - from)) / whole));
    const options = { ...method, ...(steps !== undefined && { steps }), throwOnFailure: false };
    const solved = await integrator.solve([hostTensor(x, [count, 2])], [from, to], options, extras);
    nfe += solved.nfe;
    x = Float32Array.from(solved.state[0]?.data as Float32Array);
    states.push(x);
  }
  return { states, nfe };
}

/** Times from end to end to keep states at: every step of a coarse grid, steps of a fine one, or even times. */
export function timesFor({ solver = "dopri5", steps = 100 }: Method, [t0, t1]: readonly [number, number], most = 32): number[] {
  if (isAdaptive(solver)) return timesBetween(t0, t1, most);
  const segments = Math.min(most, steps);
  return Array.from({ length: segments + 1 }, (_, i) => (i === segments ? t1 : t0 + ((t1 - t0) * Math.round((i * steps) / segments)) / steps));
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
