import type { Model, TrainingData } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { imageData, imageModels, planeData, planeModel } from "../models.ts";
import { summarize } from "../statistics.ts";
import { oneStep } from "../training.ts";

interface Compiled {
  readonly name: string;
  readonly what: string;
  readonly batch: number;
  readonly make: () => Model;
  readonly data: () => TrainingData;
}

const all: readonly Compiled[] = [
  { name: "mlp-128", what: "MLP 128 wide", batch: 256, make: () => planeModel(128), data: () => planeData },
  ...imageModels.map(({ name, what, batch, image, make }) => ({ name, what, batch, make, data: () => imageData(image) })),
];

export const cases: readonly BenchCase[] = all.map((compiled) => ({
  name: `compile-${compiled.name}`,
  what: `tracing, differentiating, lowering and opening the training step of a ${compiled.what}`,
  unit: "s",
  rivals: [],
  threads: "one",
  ...(compiled.name === "unet-28" && { target: { bound: "below" as const, value: 3 } }),
  measure: (context) => measure(compiled, context),
}));

async function measure({ make, data, batch }: Compiled, { runtime, rounds, limit }: Context): Promise<Measurement> {
  const began = performance.now();
  const seconds: number[] = [];
  const step = oneStep(make(), data(), batch);
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const program = step.program();
    const executable = await runtime.compile(program);
    seconds.push((performance.now() - started) / 1000);
    await executable.dispose();
    if ((performance.now() - began) / 1000 + (seconds.at(-1) ?? 0) > limit) break;
  }
  return { figures: { fluxion: summarize(seconds) }, details: { batch } };
}
