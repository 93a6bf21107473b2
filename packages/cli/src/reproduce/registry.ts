import type { Experiment } from "./experiment.ts";
import { figure2 } from "./experiments/figure2.ts";
import { figure3 } from "./experiments/figure3.ts";
import { figure4 } from "./experiments/figure4.ts";
import { figure5 } from "./experiments/figure5.ts";
import { figure6 } from "./experiments/figure6.ts";
import { figure7 } from "./experiments/figure7.ts";
import { figure10 } from "./experiments/figure10.ts";
import { maximumLikelihood } from "./experiments/maximum-likelihood.ts";
import { table1 } from "./experiments/table1.ts";
import { table2 } from "./experiments/table2.ts";

/** The experiments: a new one is a file in experiments/ and a line here. */
export const experiments: readonly Experiment[] = [figure2, figure3, figure4, figure5, figure6, figure7, figure10, table1, table2, maximumLikelihood];

const namesOf = ({ name, also = [] }: Experiment): readonly string[] => [name, ...also];

/**
 * The experiment of a name, or of what it shows beside: figure8 is part of figure2.
 *
 * @throws Error naming the known ones
 */
export function experimentNamed(name: string): Experiment {
  const found = experiments.find((experiment) => namesOf(experiment).includes(name));
  if (found) return found;
  throw new Error(`reproduce: expected one of ${experiments.flatMap(namesOf).join(", ")}, got "${name}"`);
}
