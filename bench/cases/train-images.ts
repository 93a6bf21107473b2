import type { BenchCase } from "../case.ts";
import { imageData, imageModels } from "../models.ts";
import { trainingCase } from "../training.ts";

export const cases: readonly BenchCase[] = imageModels.map(({ name, what, image, batch, make }) => {
  return trainingCase({
    name: `train-${name}`,
    what: `a training step of a ${what}, batch ${String(batch)}`,
    target: { bound: "atLeast", value: 1 },
    model: make(),
    data: imageData(image),
    batch,
    // As `fluxion train`, one step to a call where a step takes a quarter of a second.
    chunk: 1,
    checkedCalls: 2,
    rivals: ["pytorch"],
  });
});
