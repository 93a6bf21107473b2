/** @file Large requests in chunks that fit memory and cache. */
import type { FloatArray } from "../random/index.ts";
import type { Outcome, Solution } from "../solvers/index.ts";

/** The cost of a request. */
export interface FlowResult {
  /** Network evaluations of one solve, the mean over chunks. */
  readonly nfe: number;
  /** Steps over all chunks. */
  readonly accepted: number;
  readonly rejected: number;
  /** "success", or the first other outcome of a chunk. */
  readonly result: Outcome;
}

/** Values that one solve works on at once. */
const budget = 100_000;

/** Examples that one solve works on at most: of small ones more leave the cache (a twelfth to a sixth slower by four times as many). */
const mostExamples = 1_024;

/** Examples per solve for events of `size` values and `directions` tangents. */
export function defaultChunk(size: number, directions: number): number {
  return Math.max(1, Math.min(mostExamples, Math.floor(budget / (size * Math.max(1, directions / 2)))));
}

/** `[first, length]` of each chunk. */
export function chunksOf(count: number, chunk: number): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(count / chunk) }, (_, i) => [i * chunk, Math.min(chunk, count - i * chunk)] as const);
}

/** Joins the states of all chunks. */
export function combineChunks(
  solutions: readonly Solution[],
  size: number,
): FlowResult & { readonly x: FloatArray; readonly logDensity: Float64Array } {
  const count = solutions.reduce((total, { state }) => total + (state[0]?.shape[0] ?? 0), 0);
  const double = solutions[0]?.state[0]?.data instanceof Float64Array;
  const x = double ? new Float64Array(count * size) : new Float32Array(count * size);
  const logDensity = new Float64Array(count);
  let at = 0;
  for (const { state } of solutions) {
    x.set((state[0]?.data ?? []) as FloatArray, at * size);
    if (state[1]) logDensity.set(state[1].data as FloatArray, at);
    at += state[0]?.shape[0] ?? 0;
  }
  const sum = (f: (solution: Solution) => number): number => solutions.reduce((total, s) => total + f(s), 0);
  return {
    x,
    logDensity,
    nfe: sum(({ nfe }) => nfe) / solutions.length,
    accepted: sum(({ accepted }) => accepted),
    rejected: sum(({ rejected }) => rejected),
    result: solutions.find(({ result }) => result !== "success")?.result ?? "success",
  };
}
