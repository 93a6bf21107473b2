/** @file The feature network of a study, and what it says of pictures. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { imageMetrics, imageSize, Key } from "fluxion";
import type { FeatureNetwork, FeatureReference, ImageMeasurements } from "fluxion";
import { cachedReference, nodeRuntime, openFeatureNetwork } from "@fluxion/node";
import type { ImageBatch, ImageSplit } from "@fluxion/node";
import { features } from "../../commands/features.ts";
import { floorOf } from "../../floor.ts";
import { openImageSplit } from "../../task.ts";
import { featureCount } from "../scales.ts";
import { computeOf, optionsOf } from "../study.ts";
import type { Study } from "../study.ts";

/** Seconds for a value of an image in a training step of the classifier, and in its features, on two cores: for predictions alone. */
const [trainingSeconds, featureSeconds] = [1.1e-6, 4e-7];

const batch = 64;

/** Seconds for the feature network and its reference, as far as they are not there. */
export async function secondsOfFeatures(study: Study): Promise<number> {
  const { reader } = await openImageSplit(optionsOf(study), "test");
  const [n] = reader.shape;
  const training = existsSync(featuresFile(study)) ? 0 : (study.scale.measure["featureSteps"] ?? 0) * batch * trainingSeconds;
  const reference = existsSync(referenceDirectory(study)) ? 0 : Math.min(n, referenceImages) * featureSeconds;
  return imageSize(reader.shape) * (training + reference);
}

const featuresFile = (study: Study): string => study.file("features.onnx");
const referenceDirectory = (study: Study): string => study.file("reference");

/** Images whose features samples are compared with. */
const referenceImages = 10_000;

const keyOf = ({ scale }: Study): Key => Key.from(scale.seed).child("reproduce", "features");

/** What a classifier trained on the study's data says of pictures, against the test set or ten thousand images of training. */
export async function scoresOf(study: Study, { data, shape }: ImageBatch, split: ImageSplit): Promise<ImageMeasurements> {
  const [network, reference] = [await networkOf(study), await referenceOf(study, split)];
  return imageMetrics({ network, reference, samples: { values: data, shape }, key: keyOf(study) });
}

/** The Fréchet distance of as many training images to the test set: no method comes below it for long. */
export const frechetFloor = (study: Study, count: number): Promise<number | undefined> =>
  study.measured(`floor-frechet-${String(count)}`, async () => {
    const [network, reference] = [await networkOf(study), await referenceOf(study, "test")];
    const key = keyOf(study).child("floor");
    const floor = await floorOf({ network, reference, source: optionsOf(study), split: "test", count, key });
    return { frechet: floor?.fid.value };
  }).then(({ frechet }) => frechet);

/** The feature network, trained where there is none yet. */
const networkOf = (study: Study): Promise<FeatureNetwork> =>
  study.opened(
    "feature network",
    async () => {
      const file = featuresFile(study);
      if (!existsSync(file)) {
        const { data, pool, imageSize, colour, skipBad, seed } = optionsOf(study);
        mkdirSync(dirname(file), { recursive: true });
        study.say("training the feature network");
        await features(data, { ...computeOf(study.scale), pool, imageSize, colour, skipBad, minutes: 1, steps: study.scale.measure["featureSteps"], features: featureCount, batch, shift: 0, seed, out: file });
      }
      // On the CPU wherever the study computes, as in `fluxion metrics`: distances are compared over devices.
      return openFeatureNetwork(await nodeRuntime({ threads: computeOf(study.scale).threads }), file);
    },
    (network) => network.dispose(),
  );

/** The features of the data that pictures are compared with. */
const referenceOf = (study: Study, split: ImageSplit): Promise<FeatureReference> =>
  study.opened(`features of ${split} images`, async () => {
    const network = await networkOf(study);
    const { reader } = await openImageSplit(optionsOf(study), split);
    const [n, ...image] = reader.shape;
    const some = { ...reader, shape: [Math.min(n, referenceImages), ...image] as const };
    return (await cachedReference(network, some, { key: keyOf(study), directory: referenceDirectory(study) })).reference;
  });
