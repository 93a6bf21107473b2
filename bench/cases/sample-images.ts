import type { BenchCase } from "../case.ts";
import { imageModel } from "../models.ts";
import { measureSolve, solvers } from "../solving.ts";
import { freshFlow } from "../trained-flow.ts";

const rivals = ["pytorch"] as const;

export const cases: readonly BenchCase[] = ["unet-28", "unet-32-64", "unet-32-128"].flatMap((name) =>
  [1, 64, 1024].flatMap((count) =>
    solvers.map((solver): BenchCase => {
      const { what, make } = imageModel(name);
      return {
        name: `sample-${name}-${String(count)}-${solver.name}`,
        what: `${count.toLocaleString("en-US")} samples by a ${what}, ${solver.what}`,
        unit: "solves/s",
        rivals,
        threads: "both",
        target: { bound: "atLeast", value: 1.3 },
        measure: (context) => measureSolve({ flow: freshFlow(context, make()), count, solver, rivals }, context),
      };
    }),
  ),
);
