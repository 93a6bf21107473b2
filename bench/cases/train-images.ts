import type { BenchCase } from "../case.ts";
import { imageData, imageModels } from "../models.ts";
import { trainingCase } from "../training.ts";

export const cases: readonly BenchCase[] = imageModels.map(({ name, what, image, batch, make }) => {
  const steps = name === "unet-28" ? 2 : 1;
  return trainingCase({
    name: `train-${name}`,
    what: `a training step of a ${what}, batch ${String(batch)}`,
    target: { bound: "atLeast", value: 1 },
    model: make(),
    data: imageData(image),
    batch,
    chunk: steps,
    checkedCalls: 2,
    rivals: ["pytorch"],
  });
});
