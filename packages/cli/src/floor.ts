/** @file What metrics of pictures say of data itself: images of one split against those of the other. */
import { imageMetrics, imageSize, permutation } from "fluxion";
import type { FeatureNetwork, FeatureReference, ImageMeasurements, Key } from "fluxion";
import type { ImageSplit } from "@fluxion/node";
import { openImageSplit } from "./task.ts";
import type { ImageSource } from "./task.ts";

/** What is measured against what. */
export interface FloorOptions {
  readonly network: FeatureNetwork;
  /** Of the images of `split`. */
  readonly reference: FeatureReference;
  readonly source: ImageSource;
  readonly split: ImageSplit;
  /** As many images as samples: all of these metrics depend on their number. */
  readonly count: number;
  /** Names the images. */
  readonly key: Key;
  readonly leastSamples?: number | undefined;
}

/** The other split of a data set. */
export const otherSplit = (split: ImageSplit): ImageSplit => (split === "test" ? "train" : "test");

/** The metrics of images of the other split, below which no sampler comes for long; undefined where it has too few. */
export async function floorOf({ source, split, count, key, ...measuring }: FloorOptions): Promise<ImageMeasurements | undefined> {
  const { reader } = await openImageSplit(source, otherSplit(split));
  const [n, ...image] = reader.shape;
  if (n < count) return undefined;
  // Folders come class by class: the first images would be of one kind.
  const chosen = permutation(key.child("images"), n).subarray(0, count).sort();
  const values = new Uint8Array(count * imageSize(reader.shape));
  reader.read(chosen, values);
  return imageMetrics({ ...measuring, samples: { values, shape: [count, ...image] }, key });
}
