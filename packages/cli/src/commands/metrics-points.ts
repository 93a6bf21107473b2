import { readFileSync } from "node:fs";
import { Key, measurePoints, parseNpy, pathStraightness, pointDistances, transportCost } from "fluxion";
import type { Flow, FloatArray, PointDistanceName, SampleSet } from "fluxion";
import type { Run } from "@fluxion/node";
import { formatCount, formatMean } from "../format.ts";
import { typicalNfe } from "../typical-nfe.ts";
import { drawSamples, solverOf } from "./metrics-draw.ts";
import type { MetricsArguments, MetricsResult, Tell } from "./metrics-draw.ts";

/** Distances of samples from held-out points, and how straight the flow carries them. */
export async function measurePointRun(run: Run, flow: Flow, args: MetricsArguments, tell: Tell): Promise<MetricsResult> {
  const file = run.file("held-out.npy");
  const { data, shape } = parseNpy(readFileSync(file), file);
  const heldOut: SampleSet = { values: data as FloatArray, shape };
  const [n = 0, d = 1] = shape;
  const drawn = await drawSamples(flow, args, typicalNfe.points, tell);
  const key = Key.from(args.seed).child("metrics");
  const measured = measurePoints({ reference: heldOut, samples: drawn, key });
  const floor = n >= 2 * measured.count ? floorOf(heldOut, n, d, measured.count, key) : undefined;
  tell(`${formatCount(measured.count)} samples against as many of ${formatCount(n)} held-out points${floor ? ", and held-out points against others" : ""}`);
  const distances: Record<string, number> = {};
  for (const [name, { label }] of Object.entries(pointDistances) as [PointDistanceName, { label: string }][]) {
    distances[name] = measured[name];
    if (floor) distances[`${name}Floor`] = floor[name];
    tell(`  ${label.padEnd(12)} ${measured[name].toPrecision(4)}${floor ? `   data ${floor[name].toPrecision(4)}` : ""}`);
  }
  const transport = await measureTransport(flow, args, key);
  tell(`  straightness ${formatMean(transport.straightness, transport.straightnessError, 4)}, transport cost ${formatMean(transport.transportCost, transport.transportCostError, 4)} (standardised units)`);
  return { samples: args.samples, count: measured.count, heldOut: n, ...distances, ...transport, nfe: drawn.nfe, seed: args.seed, solver: args.solver ?? "dopri5", seconds: drawn.seconds };
}

/** What the same distances are between two parts of the data: no sampler does better for long. */
function floorOf({ values }: SampleSet, n: number, d: number, count: number, key: Key): ReturnType<typeof measurePoints> {
  const half = Math.floor(n / 2);
  const part = (from: number, to: number): SampleSet => ({ values: values.subarray(from * d, to * d), shape: [to - from, d] });
  return measurePoints({ reference: part(0, half), samples: part(half, n), key, count });
}

/** Trajectories whose straightness is measured, and their states. */
const [paths, states] = [500, 33] as const;

async function measureTransport(flow: Flow, args: MetricsArguments, key: Key): Promise<Readonly<Record<"straightness" | "straightnessError" | "transportCost" | "transportCostError", number>>> {
  const [t0, t1] = flow.path.interval;
  const times = Array.from({ length: states }, (_, i) => t0 + ((t1 - t0) * i) / (states - 1));
  const trajectory = await flow.trajectory({ count: paths, key, times, ...solverOf(args) });
  const [first, last] = [trajectory[0], trajectory.at(-1)];
  if (!first || !last) throw new Error("internal: a trajectory without states");
  const [straight, cost] = [pathStraightness(trajectory, times), transportCost(first, last)];
  return { straightness: straight.mean, straightnessError: straight.standardError, transportCost: cost.mean, transportCostError: cost.standardError };
}
