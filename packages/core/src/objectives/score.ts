import type { Objective } from "./objective.ts";
import { regression } from "./regression.ts";
import type { RegressionOptions } from "./regression.ts";

/**
 * Score matching with λ = σ²: σ_t² ‖s_t(x) − ∇ log p_t(x|x1)‖² (paper, eq 42; Song and Ermon 2019). The network predicts the
 * true score −(x − μ)/σ²; equations 43 and 46 as printed are for its negative. It grows as 1/σ: with `prediction: "noise"`
 * the loss is the same and the network's output stays of size 1.
 */
export function scoreObjective(options?: RegressionOptions): Objective {
  return regression({ kind: "score", usual: "score", error: "noise" }, options);
}
