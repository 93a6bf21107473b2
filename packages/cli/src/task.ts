/** @file From options to what is trained: data and path; `network.ts` has the model. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isPointSetName, Key, modelFromConfig, objectiveFromConfig, pathFromConfig, pathOptions, pointSets, pooledReader, trainingImagesFrom, trainingPoints } from "fluxion";
import type { AffinePath, FloatArray, Model, Objective, TrainingData } from "fluxion";
import { isImageSource, isPublicSetName, loadPoints, locateDataset, openImages, publicSets } from "@fluxion/node";
import type { ImageSet, ImageSplit, OpenImagesOptions, RunRecord } from "@fluxion/node";
import { existsSync } from "node:fs";
import type { TrainOptions } from "./options.ts";

/** What a run trains. */
export interface Task {
  readonly training: TrainingData;
  /** Points that training never sees, in data space; none for images, which have a test set. */
  readonly heldOut?: FloatArray;
  /** The entropy of the data in nats, where it is known. */
  readonly entropy?: number;
}

/** Where the packages that the command depends on are found. */
const packages = createRequire(import.meta.url);

/** Whether options ask for images. */
export function isImageData(data: string): boolean {
  return isPublicSetName(data) || isImageSource(data);
}

/**
 * Loads the data of a run.
 *
 * @throws Error naming what is missing or broken, and how to get it
 */
export async function loadTask(options: TrainOptions): Promise<Task> {
  const { data } = options;
  if (isImageData(data)) {
    const { reader, labels, classes } = await openImageSplit(options, "train");
    const { flip } = options;
    if (options.classes !== true) return { training: trainingImagesFrom(reader, { flip }) };
    if (labels !== undefined) return { training: trainingImagesFrom(reader, { labels, classes, flip }) };
    throw new Error(`classes: expected labels beside the images of ${data}, got none; put their file there, or leave --classes out`);
  }
  if (options.classes === true) throw new Error(`classes: expected only for images with labels, got them for ${data}; leave them out`);
  const stray = imageOptions.filter((name) => options[name] !== undefined);
  if (stray.length > 0) throw new Error(`${stray.join(", ")}: expected only for images, got it for ${data}; leave it out`);
  const holdOutKey = Key.from(options.seed).child("holdout");
  if (isPointSetName(data)) {
    const set = pointSets[data];
    const points = set.sample(Key.from(options.seed).child("points"), options.points);
    return { ...trainingPoints(points, [options.points, set.dimension], { holdOutKey }), entropy: set.entropy };
  }
  if (!/\.(csv|txt|tsv|npy|npz)$/i.test(data)) {
    throw new Error(
      `data: expected ${[...Object.keys(pointSets), ...Object.keys(publicSets)].join(", ")}, a .csv, .npy or .npz file, or a directory of images, got "${data}"`,
    );
  }
  const { data: points, shape } = loadPoints(data);
  return trainingPoints(points, shape, { holdOutKey });
}

/** The options that only images understand. */
const imageOptions = ["imageSize", "colour", "flip", "skipBad"] as const;

/** Where images come from, and how much smaller they are made. */
export interface ImageSource extends Pick<OpenImagesOptions, "imageSize" | "colour" | "skipBad"> {
  readonly data: string;
  /** Side of the squares that are averaged into one pixel. Default 1. */
  readonly pool?: number | undefined;
}

/** A part of an image data set, to be read by number; says what it had to leave out. */
export async function openImageSplit({ data, pool = 1, imageSize, colour, skipBad }: ImageSource, split: ImageSplit): Promise<ImageSet> {
  const set = await openImages(locateDataset(data, packages.resolve), split, { imageSize, colour, skipBad });
  if (set.skipped.length > 0) {
    process.stderr.write(`${data}: left out ${set.skipped.length} damaged of the ${split} images' files, ${set.reader.shape[0]} images are left:\n  ${set.skipped.join("\n  ")}\n`);
  }
  return { ...set, reader: pooledReader(set.reader, pool) };
}

/** Makes paths absolute, so that a run finds its data from anywhere. */
export function absoluteData(data: string): string {
  return existsSync(data) && !isPointSetName(data) && !isPublicSetName(data) ? resolve(data) : data;
}

/** The options of paths. */
export const pathFlags = ["sigmaMin", "sigmaMax", "betaMin", "betaMax", "epsilon", "degree"] as const;

/** A path and its options. */
export type PathChoice = Pick<TrainOptions, "path" | (typeof pathFlags)[number]>;

/**
 * The path that options ask for.
 *
 * @throws Error for options of other paths, and for values that do not fit each other
 */
export function pathOf(options: PathChoice): AffinePath {
  const { path: kind, sigmaMin, sigmaMax, betaMin, betaMax, epsilon } = options;
  const n = options.degree ?? (kind === "polynomial" ? 2 : undefined);
  const given = Object.entries({ sigmaMin, sigmaMax, betaMin, betaMax, epsilon, n }).filter(([, value]) => value !== undefined);
  const stray = given.map(([name]) => name).filter((name) => !pathOptions[kind].includes(name));
  if (stray.length > 0) {
    const [name = ""] = stray;
    const owners = Object.entries(pathOptions).filter(([, names]) => names.includes(name)).map(([owner]) => owner);
    throw new Error(
      `${name === "n" ? "degree" : name}: expected only for path ${owners.join(" and ")}, got it for path ${kind}; leave it out`,
    );
  }
  return pathFromConfig({ kind, ...Object.fromEntries(given) });
}

/** Model, path and objective of a run that exists; runs older than objectives trained the velocity. */
export function partsOf(record: RunRecord): { readonly model: Model; readonly path: AffinePath; readonly objective: Objective } {
  const { model, path, objective = { kind: "velocity" } } = record;
  return { model: modelFromConfig(model), path: pathFromConfig(path), objective: objectiveFromConfig(objective) };
}
