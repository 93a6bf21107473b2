import { Key, normal } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { writeArray } from "../rival.ts";
import { measureSolves } from "../solving.ts";
import { productsAlone } from "../products.ts";
import { model, solveSetup, tolerances, trainedFlow } from "../trained-flow.ts";

/** What `fluxion sample` draws by default, what fits a cache, and what flows solve at once at most. */
const sizes = [64, 1000, 10_000];

export const cases: readonly BenchCase[] = sizes.map((points) => ({
  name: `sample-2d-${String(points)}`,
  what: `${points.toLocaleString("en-US")} samples of a flow in the plane (MLP 128 wide), dopri5 at 1e-5`,
  unit: "solves/s",
  hasRival: true,
  target: { bound: "atLeast", value: 3 },
  measure: (context) => measure(points, context),
}));

async function measure(points: number, context: Context): Promise<Measurement> {
  const flow = await trainedFlow(context);
  const noise = normal(Key.from("bench noise"), 2 * points);
  const key = Key.from("bench samples");
  const measured = await measureSolves(context, {
    what: "samples",
    points,
    solve: () => flow.decode(noise, tolerances),
    others: { "flow.sample": () => flow.sample({ count: points, key, ...tolerances }) },
    setup: { task: "sampling", ...solveSetup(context, flow, points), pool: { x: writeArray(context.folder, "x", noise) } },
  });
  const { width, depth } = model.config as { readonly width: number; readonly depth: number };
  const evaluations = Math.round(Number(measured.details?.["nfe"]));
  const floor = await productsAlone(context, { points, width, layers: depth - 1, evaluations });
  const rival = measured.figures["pytorch"]?.median;
  return {
    ...measured,
    details: { ...measured.details, productsAloneSolvesPerSecond: floor, ...(rival !== undefined && { highestRatioThereCanBe: floor / rival }) },
  };
}
