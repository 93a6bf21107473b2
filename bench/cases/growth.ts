import type { BenchCase, Context, Growth, Measurement } from "../case.ts";
import { imageData, planeData, planeModel } from "../models.ts";
import { measureSolve } from "../solving.ts";
import { summarize } from "../statistics.ts";
import type { Summary } from "../statistics.ts";
import { trainedFlow } from "../trained-flow.ts";
import type { TrainingTask } from "../training.ts";
import { measureTraining } from "../training.ts";
import { unet } from "fluxion";

const rivals = ["pytorch"] as const;
const one = { rivals, threads: "one" } as const;

/** Steps per call: about as many as take a fifth of a second. */
const chunkOf = (width: number, batch: number): number => Math.max(1, Math.min(100, Math.floor(3e8 / (batch * width * width))));

const trainingOf = (width: number, batch: number): TrainingTask => ({
  model: planeModel(width),
  data: planeData,
  batch,
  chunk: chunkOf(width, batch),
  rivals,
});

const imagesOf = (side: number): TrainingTask => {
  const image = [1, side, side] as const;
  return { model: unet({ image }), data: imageData(image), batch: 16, chunk: 1, checkedCalls: 2, rivals };
};

export const cases: readonly BenchCase[] = [
  {
    ...one,
    name: "growth-width",
    what: "training steps of an MLP against its width, batch 256",
    unit: "steps/s",
    measure: (context) => grow(context, "width", "steps a second", [16, 32, 64, 128, 256, 512, 1024], (width, part) => measureTraining(trainingOf(width, 256), part)),
  },
  {
    ...one,
    name: "growth-batch",
    what: "training steps of an MLP 128 wide against the batch",
    unit: "steps/s",
    measure: (context) => grow(context, "batch", "steps a second", [16, 64, 256, 1024, 4096, 16384], (batch, part) => measureTraining(trainingOf(128, batch), part)),
  },
  {
    ...one,
    name: "growth-image",
    what: "training steps of a U-Net with 32 channels against the side of its images, batch 16",
    unit: "steps/s",
    measure: (context) => grow(context, "side of an image in pixels", "steps a second", [8, 16, 24, 32, 48, 64], (side, part) => measureTraining(imagesOf(side), part)),
  },
  {
    ...one,
    name: "growth-tolerance",
    what: "solves of 1,000 samples in the plane (MLP 128 wide, dopri5) against the tolerance",
    unit: "solves/s",
    measure: (context) => grow(context, "tolerance (rtol and atol)", "seconds a solve", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6], tolerance, seconds),
  },
];

async function tolerance(tol: number, part: Context): Promise<Measurement> {
  const solver = { name: "", what: "", options: { rtol: tol, atol: tol } };
  return measureSolve({ flow: await trainedFlow(part), count: 1000, solver, rivals }, part);
}

const seconds = ({ values }: Summary): Summary => summarize(values.map((value) => 1 / value));

/** Measures one point after the other, each with its share of the time; where that is used up the curve ends. */
async function grow(
  context: Context,
  x: string,
  y: string,
  all: readonly number[],
  measure: (at: number, part: Context) => Promise<Measurement>,
  shown: (summary: Summary) => Summary = (summary) => summary,
): Promise<Measurement> {
  const points = context.quick ? all.slice(0, 2) : all;
  const started = performance.now();
  const curves: Record<string, { x: number; y: Summary }[]> = {};
  let last: Measurement | undefined;
  let measured = NaN;
  const failures: Record<string, string> = {};
  for (const [i, at] of points.entries()) {
    // A curve of many points may take twice as long as one.
    const left = 2 * context.limit - (performance.now() - started) / 1000;
    const part = { ...context, rounds: Math.min(context.rounds, 5), seconds: context.seconds / 2, limit: left / (points.length - i) };
    if (left < 0) break;
    measured = at;
    last = await measure(at, part);
    Object.assign(failures, last.failures);
    for (const [side, summary] of Object.entries(last.figures)) (curves[side] ??= []).push({ x: at, y: shown(summary) });
    const disagrees = Object.entries(last.agreements ?? {}).find(([, { agrees }]) => !agrees);
    if (disagrees) failures[disagrees[0]] = `does not compute the same at ${x} ${String(at)}`;
  }
  const growth: Growth = { x, y, curves };
  return { figures: last?.figures ?? {}, failures, growth, details: { figuresAt: measured, asked: points.at(-1) ?? NaN } };
}
