/** @file What `fluxion evaluate` is given and gives. */
import type { DensityOptions, SolverOptions } from "fluxion";
import type { ComputeFlags } from "../compute.ts";

/** Options of `fluxion evaluate`. */
export interface EvaluateArguments extends ComputeFlags, Pick<SolverOptions, "solver" | "rtol" | "atol" | "steps">, Pick<DensityOptions, "divergence" | "probes"> {
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

/** How the divergence is computed, in full. */
export interface DivergenceChoice {
  readonly divergence: "exact" | "hutchinson";
  /** Probes an example; 0 with the exact divergence. */
  readonly probes: number;
}

/**
 * The divergence that was asked for.
 *
 * @param usual - where none was
 * @throws Error for probes of the exact divergence, which has none
 */
export function divergenceOf({ divergence: asked, probes }: EvaluateArguments, usual: DivergenceChoice["divergence"]): DivergenceChoice {
  const divergence = asked ?? usual;
  if (divergence === "hutchinson") return { divergence, probes: probes ?? 1 };
  if (probes === undefined) return { divergence, probes: 0 };
  const why = asked === undefined ? "exact, the default for points; add --divergence hutchinson or leave it out" : "exact; leave it out";
  throw new Error(`--probes: expected only with --divergence hutchinson, got ${String(probes)} with ${why}`);
}

/** The options of a density among others. */
export const densityOf = ({ divergence, probes }: DivergenceChoice): DensityOptions => (divergence === "exact" ? { divergence } : { divergence, probes });

/** Says it: `exact divergence`, `Hutchinson, 2 probes an image`. */
export const divergenceLabel = ({ divergence, probes }: DivergenceChoice, example: string): string =>
  divergence === "exact" ? "exact divergence" : `Hutchinson, ${probes === 1 ? "1 probe" : `${String(probes)} probes`} ${example}`;

/** Lines for people go where they do not disturb JSON. */
export const tell = ({ json }: EvaluateArguments, line: string): void => {
  (json === true ? process.stderr : process.stdout).write(`${line}\n`);
};
