import { Key, rademacher } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { writeArray } from "../rival.ts";
import { measureSolves } from "../solving.ts";
import { dataPoints, solveSetup, tolerances, trainedFlow } from "../trained-flow.ts";

const points = 1000;
const key = Key.from("bench probes");

export const cases: readonly BenchCase[] = [
  {
    name: "likelihood-2d",
    what: "log-densities of 1,000 points (MLP 128 wide), dopri5 at 1e-5, Hutchinson's estimate with one probe",
    unit: "solves/s",
    hasRival: true,
    measure,
  },
];

async function measure(context: Context): Promise<Measurement> {
  const flow = await trainedFlow(context);
  const data = dataPoints(points);
  // The probes that `logProb` draws for this key; were they others, the densities would not agree.
  const probes = Array.from({ length: points }, (_, i) => Array.from(rademacher(key.child("probe", 0, i), 2))).flat();
  const pool = {
    x: writeArray(context.folder, "x", data),
    probe: writeArray(context.folder, "probe", Float32Array.from(probes)),
  };
  return measureSolves(context, {
    what: "log-densities",
    points,
    // Drawing the probes counts in our time alone: it is part of the call.
    solve: async () => {
      const { logProb, nfe } = await flow.logProb(data, { divergence: "hutchinson", key, ...tolerances });
      return { values: logProb, nfe };
    },
    setup: { task: "likelihood", ...solveSetup(context, flow, points), pool },
  });
}
