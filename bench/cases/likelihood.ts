import { Key, normal } from "fluxion";
import { sizeOf } from "@fluxion/graph";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { imageModel } from "../models.ts";
import { dopri5, measureSolve } from "../solving.ts";
import { dataPoints, freshFlow, trainedFlow } from "../trained-flow.ts";

const rivals = ["pytorch"] as const;
const points = 1000;
const images = 2;

const shared = { unit: "solves/s", rivals, threads: "both" } as const;

const plane = (divergence: "exact" | "hutchinson", how: string): BenchCase => ({
  ...shared,
  name: `likelihood-2d-${divergence}`,
  what: `log-densities of ${points.toLocaleString("en-US")} points (MLP 128 wide), dopri5 at 1e-5, ${how}`,
  target: { bound: "atLeast", value: 5 },
  measure: async (context) =>
    measureSolve({ flow: await trainedFlow(context), count: points, data: dataPoints(points), solver: dopri5, divergence, rivals }, context),
});

function imageDensities(context: Context): Promise<Measurement> {
  const model = imageModel("unet-28").make();
  const data = normal(Key.from("bench image data"), images * sizeOf(model.eventShape)).map((value) => Math.tanh(value));
  return measureSolve({ flow: freshFlow(context, model), count: images, data, solver: dopri5, divergence: "hutchinson", rivals }, context);
}

export const cases: readonly BenchCase[] = [
  plane("exact", "exact divergence"),
  plane("hutchinson", "Hutchinson's estimate with one probe"),
  {
    ...shared,
    name: "likelihood-unet-28-hutchinson",
    what: `log-densities of ${String(images)} images by a ${imageModel("unet-28").what}, dopri5 at 1e-5, Hutchinson's estimate with one probe`,
    target: { bound: "atLeast", value: 1.3 },
    measure: imageDensities,
  },
];
