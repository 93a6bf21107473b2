import type { Objective } from "./objective.ts";
import { regression } from "./regression.ts";
import type { RegressionOptions } from "./regression.ts";

/** Conditional flow matching: ‖v_t(ψ_t(x0)) − dψ_t(x0)/dt‖² (paper, eqs 14 and 23). */
export function velocityObjective(options?: RegressionOptions): Objective {
  return regression({ kind: "velocity", usual: "velocity", error: "velocity" }, options);
}
