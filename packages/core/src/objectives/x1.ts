import type { Objective } from "./objective.ts";
import { regression } from "./regression.ts";
import type { RegressionOptions } from "./regression.ts";

/** Data matching, denoising: ‖D_t(x_t) − x1‖². */
export function x1Objective(options?: RegressionOptions): Objective {
  return regression({ kind: "x1", usual: "x1", error: "x1" }, options);
}
