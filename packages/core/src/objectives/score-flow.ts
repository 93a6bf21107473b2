import { div, mul } from "@fluxion/graph";
import { determinant } from "./conversions.ts";
import type { Objective } from "./objective.ts";
import { regression } from "./regression.ts";
import type { RegressionOptions } from "./regression.ts";

/**
 * Score matching with likelihood weighting, ScoreFlow: λ = β(1 − t) on VP (paper, App. E.1; Song et al. 2021). On any path
 * λ is g² = 2σ(σα'/α − σ'), the squared diffusion coefficient of the SDE with that path.
 */
export function scoreFlowObjective(options?: RegressionOptions): Objective {
  return regression(
    {
      kind: "score-flow",
      usual: "score",
      error: "noise",
      // g²/σ², with g² = 2σW/α
      lambda: (schedule) => div(mul(determinant(schedule), 2), mul(schedule.alpha, schedule.sigma)),
    },
    options,
  );
}
