/** @file The networks and data that cases share. */
import { dit, Key, mlp, pointSets, trainingImages, trainingPoints, uniform, unet } from "fluxion";
import type { Model, TrainingData } from "fluxion";

const points = pointSets.checkerboard.sample(Key.from("bench points"), 20_000);

/** Points of the checkerboard, standardised. */
export const planeData: TrainingData = trainingPoints(points, [20_000, 2], { holdOutKey: Key.from("bench held out") }).training;

/** An MLP for points in the plane. */
export const planeModel = (width: number, depth = 4): Model => mlp({ dimension: 2, width, depth });

/** Images of noise: the time of a step does not depend on what they show. */
export function imageData(image: readonly [number, number, number]): TrainingData {
  const count = 128;
  const size = image[0] * image[1] * image[2];
  const pixels = Uint8Array.from(uniform(Key.from("bench images"), count * size), (u) => 256 * u);
  return trainingImages(pixels, [count, ...image]);
}

/** A network for images, and the batch that it is trained with here. */
export interface ImageModel {
  readonly name: string;
  readonly what: string;
  readonly image: readonly [number, number, number];
  readonly batch: number;
  readonly make: () => Model;
}

const digit = [1, 28, 28] as const;
const colour = [3, 32, 32] as const;
/** The levels of the paper's network for CIFAR-10 (Table 3), which has 256 channels. */
const cifar = { image: colour, multiples: [1, 2, 2, 2], attention: [16] } as const;

/** From small to large. */
export const imageModels: readonly ImageModel[] = [
  {
    name: "unet-28",
    what: "U-Net on images 1×28×28, 32 channels, multiples 1 2 2, attention at 7×7",
    image: digit,
    batch: 64,
    make: () => unet({ image: digit }),
  },
  {
    name: "dit-s4",
    what: "DiT-S/4 on images 3×32×32",
    image: colour,
    batch: 16,
    make: () => dit({ image: colour, size: "S/4" }),
  },
  {
    name: "unet-32-64",
    what: "U-Net on images 3×32×32, 64 channels, multiples 1 2 2 2, attention at 16×16",
    image: colour,
    batch: 8,
    make: () => unet({ ...cifar, channels: 64 }),
  },
  {
    name: "unet-32-128",
    what: "U-Net on images 3×32×32, 128 channels, multiples 1 2 2 2, attention at 16×16",
    image: colour,
    batch: 4,
    make: () => unet({ ...cifar, channels: 128 }),
  },
];

/** One of `imageModels`. */
export function imageModel(name: string): ImageModel {
  const found = imageModels.find((each) => each.name === name);
  if (!found) throw new Error(`internal: no image model ${name}`);
  return found;
}
