/** @file What `fluxion evaluate` is given and gives. */
import type { SolverOptions } from "fluxion";
import type { ComputeFlags } from "../compute.ts";

/** Options of `fluxion evaluate`. */
export interface EvaluateArguments extends ComputeFlags, Pick<SolverOptions, "solver" | "rtol" | "atol" | "steps"> {
  readonly nllImages: number;
  readonly nllK: number;
  /** Minutes after which the partial mean is given. */
  readonly budget?: number | undefined;
  readonly seed: number;
  readonly json?: boolean | undefined;
}

/** What an evaluation leaves behind. */
export type EvaluationResult = Readonly<Record<string, string | number>>;

/** The solver options among others. */
export const solverOf = ({ solver, rtol, atol, steps }: EvaluateArguments): SolverOptions => ({ solver, rtol, atol, steps });

/** Lines for people go where they do not disturb JSON. */
export const tell = ({ json }: EvaluateArguments, line: string): void => {
  (json === true ? process.stderr : process.stdout).write(`${line}\n`);
};
