import { Key, trainingImages, uniform, unet } from "fluxion";
import type { BenchCase } from "../case.ts";
import { trainingCase } from "../training.ts";

const image = [1, 28, 28] as const;
const count = 512;
// The time of a step does not depend on what the images show.
const pixels = Uint8Array.from(uniform(Key.from("bench images"), count * 784), (u) => 256 * u);

export const cases: readonly BenchCase[] = [
  trainingCase({
    name: "train-unet",
    what: "a training step of a U-Net on images 28 × 28, 32 channels, multiples 1 2 2, 2 blocks, batch 64",
    target: { bound: "atLeast", value: 0.7 },
    model: unet({ image }),
    data: trainingImages(pixels, [count, ...image]),
    batch: 64,
    chunk: 2,
    checkedCalls: 3,
  }),
];
