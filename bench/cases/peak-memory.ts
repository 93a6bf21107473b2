import type { Model, TrainingData } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { forgetPeak, peakMegabytes, residentMegabytes } from "../memory.ts";
import { imageData, imageModels, planeData, planeModel } from "../models.ts";
import { summarize } from "../statistics.ts";
import { oneStep } from "../training.ts";

interface Trained {
  readonly name: string;
  readonly what: string;
  readonly batch: number;
  readonly make: () => Model;
  readonly data: () => TrainingData;
}

const all: readonly Trained[] = [
  { name: "mlp-512", what: "MLP 512 wide", batch: 4096, make: () => planeModel(512), data: () => planeData },
  ...imageModels.map(({ name, what, batch, image, make }) => ({ name, what, batch, make, data: () => imageData(image) })),
];

const steps = 3;

export const cases: readonly BenchCase[] = all.map((trained) => ({
  name: `peak-memory-${trained.name}`,
  what: `memory at its peak during ${String(steps)} training steps of a ${trained.what}, batch ${String(trained.batch)}, above what the process had before the model`,
  unit: "MB",
  rivals: ["pytorch"],
  threads: "one",
  ...(trained.name === "unet-28" && { target: { bound: "below" as const, value: 1.2 } }),
  measure: (context) => measure(trained, context),
}));

async function measure({ make, data, batch: whole }: Trained, context: Context): Promise<Measurement> {
  const { runtime, rivals, quick } = context;
  const batch = quick ? Math.min(2, whole) : whole;
  const before = residentMegabytes();
  forgetPeak();
  const step = oneStep(make(), data(), batch);
  const executable = await runtime.compile(step.program());
  const compiled = peakMegabytes();
  for (let i = 0; i < steps; i++) await step.call(executable);
  const peak = peakMegabytes();
  const ours = summarize([peak - before]);
  const details = { batch, processAtPeak: Math.round(peak), compilingAtPeak: Math.round(compiled - before) };
  await executable.dispose();
  const rival = await rivals.start("pytorch");
  if (!rival) return { figures: { fluxion: ours }, details };
  const start = Number((await rival.ask({ do: "memory", forget: true }))["resident"]);
  await rival.setup(step.request(context));
  await rival.run(steps);
  const torchPeak = Number((await rival.ask({ do: "memory" }))["peak"]);
  const theirs = summarize([torchPeak - start]);
  return {
    figures: { fluxion: ours, pytorch: theirs },
    ratios: { pytorch: summarize([ours.median / theirs.median]) },
    details: { ...details, torchProcessAtPeak: Math.round(torchPeak) },
  };
}
