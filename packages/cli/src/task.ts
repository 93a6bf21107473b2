/** @file From options to what is trained: data, model, path. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isPointSetName, Key, mlp, modelFromConfig, otPath, pathFromConfig, pointSets, polynomialPath, trainingImages, trainingPoints, unet } from "fluxion";
import type { FloatArray, Model, Path, TrainingData } from "fluxion";
import { loadImages, loadPoints, locateDataset } from "@fluxion/node";
import type { ImageSplit, LoadedImages, RunRecord } from "@fluxion/node";
import { existsSync, statSync } from "node:fs";
import type { TrainOptions } from "./options.ts";

/** What a run trains. */
export interface Task {
  readonly training: TrainingData;
  /** Points that training never sees, in data space; none for images, which have a test set. */
  readonly heldOut?: FloatArray;
  /** The entropy of the data in nats, where it is known. */
  readonly entropy?: number;
}

const imageSets = ["mnist", "fashion-mnist"];

/** Where the packages that the command depends on are found. */
const packages = createRequire(import.meta.url);

/** Whether options ask for images. */
export function isImageData(data: string): boolean {
  return imageSets.includes(data) || (existsSync(data) && statSync(data).isDirectory());
}

/**
 * Loads the data of a run.
 *
 * @throws Error naming what is missing or broken, and how to get it
 */
export function loadTask(options: TrainOptions): Task {
  const { data } = options;
  if (isImageData(data)) {
    const { pixels, shape } = loadImages(locateDataset(data, packages.resolve), "train");
    return { training: trainingImages(pixels, shape) };
  }
  const holdOutKey = Key.from(options.seed).child("holdout");
  if (isPointSetName(data)) {
    const set = pointSets[data];
    const points = set.sample(Key.from(options.seed).child("points"), options.points);
    return { ...trainingPoints(points, [options.points, set.dimension], { holdOutKey }), entropy: set.entropy };
  }
  if (!/\.(csv|txt|tsv|npy)$/i.test(data)) {
    throw new Error(
      `data: expected ${[...Object.keys(pointSets), ...imageSets].join(", ")}, a .csv or .npy file, or a directory of IDX files, got "${data}"`,
    );
  }
  const { data: points, shape } = loadPoints(data);
  return trainingPoints(points, shape, { holdOutKey });
}

/** The test images of a run. */
export function loadTestImages(data: string): LoadedImages {
  return loadImageSplit(data, "test");
}

/** A part of an image data set, with labels where they are. */
export function loadImageSplit(data: string, split: ImageSplit): LoadedImages {
  return loadImages(locateDataset(data, packages.resolve), split);
}

/** Makes paths absolute, so that a run finds its data from anywhere. */
export function absoluteData(data: string): string {
  return existsSync(data) && !isPointSetName(data) && !imageSets.includes(data) ? resolve(data) : data;
}

/** Options that are for the other kind of data are refused, not ignored. */
function refuse(options: TrainOptions, keys: readonly (keyof TrainOptions)[], kind: string): void {
  const stray = keys.filter((key) => options[key] !== undefined);
  if (stray.length > 0) {
    throw new Error(`${stray.join(", ")}: expected only for ${kind}, got them for ${options.data}; leave them out`);
  }
}

/** The network that options ask for. */
export function modelOf(options: TrainOptions, { training }: Task): Model {
  const { width, depth, activation, time, channels = 48, multiples = [1, 2], blocks = 1, attention, patch = 2 } = options;
  const [first = 1, height = 1, breadth = 1] = training.eventShape;
  if (training.eventShape.length === 1) {
    refuse(options, ["channels", "multiples", "blocks", "attention", "patch"], "images");
    return mlp({ dimension: first, width, depth, activation, time });
  }
  refuse(options, ["width", "depth", "activation", "time"], "points");
  return unet({ image: [first, height, breadth], channels, multiples, blocks, attention, patch });
}

/** The path that options ask for. */
export function pathOf({ path, sigmaMin, degree }: TrainOptions): Path {
  return path === "ot" ? otPath({ sigmaMin }) : polynomialPath({ n: degree });
}

/** Model and path of a run that exists. */
export function partsOf(record: RunRecord): { readonly model: Model; readonly path: Path } {
  return { model: modelFromConfig(record.model), path: pathFromConfig(record.path) };
}
