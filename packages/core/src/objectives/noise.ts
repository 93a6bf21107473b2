import type { Objective } from "./objective.ts";
import { regression } from "./regression.ts";
import type { RegressionOptions } from "./regression.ts";

/** Noise matching, DDPM's loss: ‖ε_t(σ_t x0 + μ_t) − x0‖² (paper, eq 45). */
export function noiseObjective(options?: RegressionOptions): Objective {
  return regression({ kind: "noise", usual: "noise", error: "noise" }, options);
}
