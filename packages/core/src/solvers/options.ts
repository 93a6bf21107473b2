import { checkGrid } from "./grids.ts";
import { isAdaptive, solverNamed } from "./registry.ts";
import type { SolverName } from "./registry.ts";

/** Progress of a solve. */
export interface StepEvent {
  /** The time reached. */
  readonly t: number;
  readonly h: number;
  readonly nfe: number;
}

/** Options of every solve. */
export interface SolverOptions {
  /** Default "dopri5". */
  readonly solver?: SolverName | undefined;
  /** Steps of a fixed-step solver, from 1. Default 100. */
  readonly steps?: number | undefined;
  /**
   * Where a fixed-step solver steps, instead of `steps` equal ones: shares of the interval that grow from 0, at the noise, to 1, at
   * the data, whichever way it goes. `shiftedGrid` and `karrasGrid` make some.
   */
  readonly grid?: readonly number[] | undefined;
  /** Relative tolerance of an adaptive solver, from 0. Default 1e-5, as in the paper. */
  readonly rtol?: number | undefined;
  /** Absolute tolerance of an adaptive solver, above 0. Default 1e-5, as in the paper. */
  readonly atol?: number | undefined;
  /** Most steps of an adaptive solver, rejected ones included. Default 10,000. */
  readonly maxSteps?: number | undefined;
  /** Least step of an adaptive solver, the last one excepted. Default 1e-7, about the resolution of float32 times. */
  readonly minStep?: number | undefined;
  /** Whether the log-density counts in the error norm, as in torchdiffeq. Default true. */
  readonly logDensityInErrorNorm?: boolean | undefined;
  /** Throw a `SolveError` unless the end is reached. Default true; otherwise look at `result`. */
  readonly throwOnFailure?: boolean | undefined;
  /** Called after every accepted step of an adaptive solver. */
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  /** Stops a solve between steps; on a fixed grid between fifty and fifty. */
  readonly signal?: AbortSignal | undefined;
}

const known = [
  "solver", "steps", "grid", "rtol", "atol", "maxSteps", "minStep", "logDensityInErrorNorm", "throwOnFailure", "onStep", "signal",
] as const;

/** Options with their defaults. */
export interface ResolvedSolver {
  readonly solver: SolverName;
  readonly adaptive: boolean;
  readonly steps: number;
  readonly grid: readonly number[] | undefined;
  readonly rtol: number;
  readonly atol: number;
  readonly maxSteps: number;
  readonly minStep: number;
  readonly logDensityInErrorNorm: boolean;
  readonly throwOnFailure: boolean;
  readonly onStep: ((event: StepEvent) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks solver options and fills in the defaults.
 *
 * @throws RangeError for unknown solvers, values out of range, tolerances for a fixed-step solver, steps for an adaptive one
 */
export function resolveSolver(options: SolverOptions = {}): ResolvedSolver {
  const solver = solverNamed(options.solver ?? "dopri5").name as SolverName;
  const adaptive = isAdaptive(solver);
  const misplaced = (adaptive ? ["steps", "grid"] : ["rtol", "atol", "maxSteps", "minStep"]) as (keyof SolverOptions)[];
  for (const name of misplaced) {
    const value = options[name];
    if (value === undefined) continue;
    throw new RangeError(
      adaptive
        ? `${solver}: ${name} is for fixed-step solvers, got ${JSON.stringify(value)}; give rtol and atol instead`
        : `${solver}: ${name} is for adaptive solvers, got ${JSON.stringify(value)}; give steps instead, or use dopri5`,
    );
  }
  const { grid } = options;
  if (grid) {
    if (options.steps !== undefined) throw new RangeError(`${solver}: grid: expected it or steps, got both; leave steps out`);
    checkGrid(solver, grid);
  }
  const { steps = grid ? grid.length - 1 : 100, rtol = 1e-5, atol = 1e-5, maxSteps = 10_000, minStep = 1e-7 } = options;
  const check = (name: string, value: number, ok: boolean, expected: string): void => {
    if (!ok) throw new RangeError(`${solver}: ${name}: expected ${expected}, got ${String(value)}`);
  };
  check("steps", steps, Number.isInteger(steps) && steps >= 1, "a whole number from 1");
  check("rtol", rtol, rtol >= 0 && rtol < 1, "a number in [0, 1)");
  check("atol", atol, atol > 0 && Number.isFinite(atol), "a number above 0");
  check("maxSteps", maxSteps, Number.isInteger(maxSteps) && maxSteps >= 1, "a whole number from 1");
  check("minStep", minStep, minStep > 0, "a number above 0");
  const { logDensityInErrorNorm = true, throwOnFailure = true, onStep, signal } = options;
  return { solver, adaptive, steps, grid, rtol, atol, maxSteps, minStep, logDensityInErrorNorm, throwOnFailure, onStep, signal };
}

/** The solver options among others, so that they can be passed on. */
export function solverOptionsOf(options: SolverOptions): SolverOptions {
  return Object.fromEntries(known.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}
