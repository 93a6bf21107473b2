import { bosh3 } from "./methods/bosh3.ts";
import { dopri5 } from "./methods/dopri5.ts";
import { euler } from "./methods/euler.ts";
import { heun } from "./methods/heun.ts";
import { midpoint } from "./methods/midpoint.ts";
import { rk4 } from "./methods/rk4.ts";
import { tsit5 } from "./methods/tsit5.ts";
import type { Tableau } from "./tableau.ts";

/** The solvers by name: a new one is a file in methods/ and a line here. */
export const solvers = { euler, midpoint, heun, rk4, bosh3, tsit5, dopri5 } as const satisfies Readonly<Record<string, Tableau>>;

/** The name of a solver. */
export type SolverName = keyof typeof solvers;

/** Whether a solver chooses its steps by an error estimate. */
export function isAdaptive(name: SolverName): boolean {
  return "bError" in solvers[name];
}

/**
 * The tableau of a solver.
 *
 * @throws RangeError naming the known ones
 */
export function solverNamed(name: string): Tableau {
  if (Object.hasOwn(solvers, name)) return solvers[name as SolverName];
  throw new RangeError(`solver: expected one of ${Object.keys(solvers).join(", ")}, got "${name}"`);
}
