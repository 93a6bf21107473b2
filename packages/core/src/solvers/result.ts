import type { HostTensor } from "@fluxion/graph";

/** How a solve ended, and what to do about it. */
export const outcomes = {
  success: "the end was reached",
  maxStepsReached: "the step budget is spent; raise maxSteps or loosen rtol and atol",
  stepSizeUnderflow: "the step size fell below minStep; loosen rtol and atol, or end the interval earlier",
  nonFinite: "the field or the state is not finite; check the model's weights and the inputs",
  aborted: "the signal aborted it",
} as const;

/** A result code. */
export type Outcome = keyof typeof outcomes;

/** What a solve gives. */
export interface Solution {
  /** The state at `t`. */
  readonly state: readonly HostTensor[];
  /** The time reached: the end, unless the outcome says otherwise. */
  readonly t: number;
  /** Evaluations of the field, each one evaluation of the network. */
  readonly nfe: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly result: Outcome;
}

/** A solve that did not reach its end; `solution` is what was reached. */
export class SolveError extends Error {
  readonly solution: Solution;

  constructor(name: string, solution: Solution) {
    const { result, t, nfe, accepted, rejected } = solution;
    super(
      `${name}: ${result} at t = ${String(t)} after ${String(nfe)} evaluations (${String(accepted)} steps accepted, ${String(rejected)} rejected): ${outcomes[result]}`,
    );
    this.name = "SolveError";
    this.solution = solution;
  }
}
