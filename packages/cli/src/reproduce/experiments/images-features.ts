/** @file The feature network of a study, and what it says of pictures. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createFlow, imageMetrics, initParameters, Key, otPath } from "fluxion";
import type { ImageMeasurements } from "fluxion";
import { cachedReference, nodeRuntime, openFeatureNetwork } from "@fluxion/node";
import type { ImageBatch, ImageSplit } from "@fluxion/node";
import { features } from "../../commands/features.ts";
import { parseOptions } from "../../options.ts";
import { modelOf } from "../../network.ts";
import { loadImageSplit } from "../../task.ts";
import type { Study } from "../study.ts";

/** Width of the layer of features: few enough for the covariances of some hundred samples. */
const width = 64;

const optionsOf = ({ scale }: Study) => parseOptions({ data: scale.data, seed: scale.seed, ...scale.options }, "study");

/** The Fréchet distance of pictures to the test set. */
export const frechetTo = async (study: Study, images: ImageBatch): Promise<number> => (await scoresOf(study, images, "test")).fid.value;

/** What a classifier trained on the study's data says of pictures, against the test set or ten thousand images of training. */
export async function scoresOf(study: Study, { data, shape }: ImageBatch, split: ImageSplit): Promise<ImageMeasurements> {
  const file = study.file("features.onnx");
  const { data: name, pool, seed } = optionsOf(study);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    study.say("training the feature network");
    await features(name, { pool, minutes: 1, steps: study.scale.measure["featureSteps"], features: width, batch: 64, seed, out: file });
  }
  const network = await openFeatureNetwork(await nodeRuntime(), file);
  try {
    const { pixels, shape: all } = await loadImageSplit(optionsOf(study), split);
    const [n, ...image] = all;
    const count = Math.min(n, 10_000);
    const some = { values: pixels.subarray(0, (count * pixels.length) / n), shape: [count, ...image] };
    const key = Key.from(seed).child("reproduce", "features");
    const { reference } = await cachedReference(network, some, { key, directory: study.file("reference") });
    return await imageMetrics({ network, reference, samples: { values: data, shape }, key });
  } finally {
    await network.dispose();
  }
}

const known = new WeakMap<Study, number>();

/** Seconds that a solve of 64 images takes at 200 evaluations, measured once with the study's network, trained or not. */
export async function secondsPerSolve(study: Study): Promise<number> {
  const before = known.get(study);
  if (before !== undefined) return before;
  const options = optionsOf(study);
  const { shape } = await loadImageSplit(options, "test");
  const model = modelOf(options, shape.slice(1));
  const flow = createFlow({ runtime: await nodeRuntime(), model, params: initParameters(model, Key.from(0)), path: otPath() });
  const solve = async (steps: number): Promise<number> => {
    const started = performance.now();
    await flow.sample({ count: 64, key: Key.from(0), solver: "euler", steps });
    return (performance.now() - started) / 1000;
  };
  await solve(1);
  const seconds = (await solve(8)) * (200 / 8);
  await flow.dispose();
  known.set(study, seconds);
  return seconds;
}
