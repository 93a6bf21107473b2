import type { BenchCase, Context, Measurement } from "../case.ts";
import { productsAlone } from "../products.ts";
import type { RivalName } from "../rivals.ts";
import { npmPeers } from "../rivals.ts";
import { measureSolve, solvers } from "../solving.ts";
import type { SolveTask } from "../solving.ts";
import { planeNetwork, trainedFlow } from "../trained-flow.ts";

/** The last is what `npm start` draws. */
const counts = [1, 64, 1024, 10_000];

/** The peers of npm take part where a solve of theirs takes a few seconds at most. */
const rivalsOf = (count: number, solver: string): readonly RivalName[] =>
  count === 64 && solver !== "midpoint-100" ? ["pytorch", "pytorch-compile", ...npmPeers] : ["pytorch"];

export const cases: readonly BenchCase[] = counts.flatMap((count) =>
  solvers.filter(({ name }) => count < 10_000 || name === "dopri5").map((solver): BenchCase => {
    const rivals = rivalsOf(count, solver.name);
    return {
      name: `sample-2d-${String(count)}-${solver.name}`,
      what: `${count.toLocaleString("en-US")} samples of a flow in the plane (MLP 128 wide), ${solver.what}`,
      unit: "solves/s",
      rivals,
      threads: "both",
      target: { bound: "atLeast", value: 5 },
      measure: (context) => measure({ count, solver, rivals }, context),
    };
  }),
);

/** Beside the duel, what the products of the hidden layers alone would take: the highest ratio that there can be. */
async function measure(task: Omit<SolveTask, "flow">, context: Context): Promise<Measurement> {
  const measured = await measureSolve({ flow: await trainedFlow(context), ...task }, context);
  const { width, depth } = planeNetwork.config as { readonly width: number; readonly depth: number };
  const evaluations = Math.round(Number(measured.details?.["nfe"]));
  const floor = await productsAlone(context, { points: task.count, width, layers: depth - 1, evaluations });
  const rival = measured.figures["pytorch"]?.median;
  return {
    ...measured,
    details: { ...measured.details, productsAloneSolvesPerSecond: floor, ...(rival !== undefined && { highestRatioThereCanBe: floor / rival }) },
  };
}
