import { add, mean, mul, square, sum } from "@fluxion/graph";
import { rademacher } from "../random/index.ts";
import { solverNamed } from "../solvers/registry.ts";
import type { SolverName } from "../solvers/registry.ts";
import { dataInput } from "./batch.ts";
import type { BatchInput } from "./batch.ts";
import { integrate, usedStages } from "./likelihood-solve.ts";
import type { Objective } from "./objective.ts";
import { inputNamed } from "./objective.ts";
import { checkOptions } from "./options.ts";

/** Options of `likelihoodObjective`. */
export interface LikelihoodOptions {
  /** Any Runge–Kutta method, on a fixed grid. Default "rk4". */
  readonly solver?: SolverName | undefined;
  /** Steps of the grid, from 1. Default 8. */
  readonly steps?: number | undefined;
  /** All d directions, or Hutchinson's estimate (eq 34). Default "hutchinson". */
  readonly divergence?: "exact" | "hutchinson" | undefined;
  /** Rademacher probes per example, fresh every step and held fixed along the solve, from 1. Default 1. */
  readonly probes?: number | undefined;
  /** Weight of ∫ ‖v‖² dt, from 0. Default 0. */
  readonly kinetic?: number | undefined;
  /** Weight of ∫ ‖∂v/∂x‖² dt, the Frobenius norm, from 0. Default 0. */
  readonly jacobian?: number | undefined;
  /** Keep only the state of every solver step and compute the step again for the gradient: less memory, more work. Default false. */
  readonly recompute?: boolean | undefined;
}

/** The names of the options, for registries. */
export const likelihoodOptions = ["solver", "steps", "divergence", "probes", "kinetic", "jacobian", "recompute"] as const;

/**
 * Maximum likelihood, as continuous normalizing flows were trained before flow matching (Grathwohl et al. 2019): data is
 * carried back to noise on a fixed grid, and −log p (eqs 31–35) is differentiated through the solve, discretely. With `kinetic` and
 * `jacobian` the regularisers of Finlay et al. 2020 are added. The loss is nats per dimension in model space, all
 * regularisers divided by the dimension too.
 *
 * The network is a velocity; of the path only prior and interval matter.
 *
 * @throws RangeError for options out of range, or probes for the exact divergence
 */
export function likelihoodObjective(options: LikelihoodOptions = {}): Objective {
  const config = resolve(options);
  const { solver, steps, divergence, probes, kinetic, jacobian, recompute } = config;
  const method = solverNamed(solver);
  return {
    kind: "likelihood",
    prediction: "velocity",
    config: { kind: "likelihood", ...config, probes: divergence === "exact" ? undefined : probes },
    evaluations: steps * usedStages(method),
    pathOf: (path) => path,
    inputs: ({ batch, event }) => ({
      x1: dataInput(batch, event),
      ...(divergence === "hutchinson" && { probes: probeInput(probes, batch, event) }),
    }),
    loss: ({ model, params, path, event, inputs }) => {
      const size = event.reduce((product, length) => product * length, 1);
      const x1 = inputNamed(inputs, "x1");
      const { x0, integral } = integrate(
        (x, t) => model.apply(params, x, t),
        { x1, interval: path.interval, method, steps, recompute },
        { probes: divergence === "hutchinson" ? inputNamed(inputs, "probes") : undefined, kinetic, jacobian },
      );
      // −log N(x0 | 0, priorStd² I), its constant last
      const prior = mul(sum(square(x0), { axes: event.map((_, i) => i + 1) }), 0.5 / path.priorStd ** 2);
      const constant = 0.5 * Math.log(2 * Math.PI) + Math.log(path.priorStd);
      return add(mul(mean(add(prior, integral)), 1 / size), constant);
    },
  };
}

type Resolved = { readonly [K in keyof LikelihoodOptions]-?: Exclude<LikelihoodOptions[K], undefined> };

function resolve(options: LikelihoodOptions): Resolved {
  checkOptions("likelihood", options, likelihoodOptions);
  const { divergence = "hutchinson", probes, recompute = false } = options;
  const { solver = "rk4", steps = 8, kinetic = 0, jacobian = 0 } = options;
  const check = (name: string, value: unknown, ok: boolean, expected: string): void => {
    if (!ok) throw new RangeError(`likelihood: ${name}: expected ${expected}, got ${JSON.stringify(value)}`);
  };
  check("divergence", divergence, ["exact", "hutchinson"].includes(divergence), '"exact" or "hutchinson"');
  check("probes", probes, divergence === "hutchinson" || probes === undefined, "none with the exact divergence");
  const count = probes ?? 1;
  for (const [name, value] of Object.entries({ steps, probes: count })) {
    check(name, value, Number.isInteger(value) && value >= 1, "a whole number from 1");
  }
  for (const [name, value] of Object.entries({ kinetic, jacobian })) {
    check(name, value, value >= 0 && Number.isFinite(value), "a number from 0");
  }
  check("recompute", recompute, typeof recompute === "boolean", "true or false");
  solverNamed(solver);
  return { solver, steps, divergence, probes: count, kinetic, jacobian, recompute };
}

/** Signs `[probes, batch, ...event]`. */
function probeInput(probes: number, batch: number, event: readonly number[]): BatchInput {
  return {
    shape: [probes, batch, ...event],
    fill: ({ key }, step, out) => {
      rademacher(key.child("probes", step), out);
    },
  };
}
