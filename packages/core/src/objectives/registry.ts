import { likelihoodObjective, likelihoodOptions } from "./likelihood.ts";
import { noiseObjective } from "./noise.ts";
import type { Objective } from "./objective.ts";
import { builtFrom } from "./options.ts";
import type { RegressionOptions } from "./regression.ts";
import { regressionOptions } from "./regression.ts";
import { restorationObjective } from "./restoration.ts";
import { scoreFlowObjective } from "./score-flow.ts";
import { scoreObjective } from "./score.ts";
import { timesFromConfig } from "./times/registry.ts";
import { velocityObjective } from "./velocity.ts";
import { weightFromConfig } from "./weights/registry.ts";
import { x1Objective } from "./x1.ts";

type Config = Readonly<Record<string, unknown>>;

/** Times and weight stand in a configuration as theirs. */
const regressing = (make: (options: RegressionOptions) => Objective) => ({
  options: regressionOptions,
  make: ({ times, weight, ...options }: Config) =>
    make({
      ...options,
      ...(times !== undefined && { times: timesFromConfig(times as Config) }),
      ...(weight !== undefined && { weight: weightFromConfig(weight as Config) }),
    }),
});

/** The objectives by kind, with their options: a new one is a file beside this and a line here. */
export const objectives = {
  velocity: regressing(velocityObjective),
  noise: regressing(noiseObjective),
  score: regressing(scoreObjective),
  "score-flow": regressing(scoreFlowObjective),
  x1: regressing(x1Objective),
  likelihood: { options: likelihoodOptions, make: likelihoodObjective },
  restoration: { options: [], make: () => restorationObjective() },
} as const;

/** An objective by name. */
export type ObjectiveName = keyof typeof objectives;

/**
 * Builds the objective that a configuration describes: `objectiveFromConfig(objective.config)` equals `objective`.
 *
 * @throws RangeError for an unknown kind or option, and for a weight that is a function, which no file holds
 */
export function objectiveFromConfig(config: Config): Objective {
  return builtFrom<Objective>("objective", objectives, config);
}
