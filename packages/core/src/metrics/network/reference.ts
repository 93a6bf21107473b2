import { imageParts } from "../../data/index.ts";
import type { ImageReader } from "../../data/index.ts";
import { checkOptions, rowsOf, takeRows } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { SampleSet } from "../samples.ts";
import type { Key } from "../../random/key.ts";
import { permutation } from "../../random/index.ts";
import { mergeMoments, moments } from "../features/moments.ts";
import type { Moments } from "../features/moments.ts";
import type { FeatureNetwork } from "./feature-network.ts";

/** What image metrics need to know of the data: costly once, then kept. */
export interface FeatureReference {
  /** `FeatureNetwork.id` of the network that made it. */
  readonly network: string;
  /** Of all pictures. */
  readonly moments: Moments;
  /** Features of some pictures `[m, d]`, at random. */
  readonly features: SampleSet;
}

/** Options of `featureReference`. */
export interface FeatureReferenceOptions {
  /** Names the pictures whose features are kept. */
  readonly key: Key;
  /** How many are kept. Default 10,000. */
  readonly keep?: number | undefined;
  /** Called as pictures are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * The features of a data set's pictures: moments of all, and the features of some. Pictures are read a part at a time, so that
 * memory does not grow with the set.
 *
 * @param images - `imagesInMemory` makes a reader of bytes
 * @throws RangeError if the network does not take the pictures, or there are none
 */
export async function featureReference(network: FeatureNetwork, images: ImageReader, options: FeatureReferenceOptions): Promise<FeatureReference> {
  checkOptions("featureReference", options, ["key", "keep", "onProgress"]);
  const [n] = images.shape;
  const kept = permutation(options.key, n).subarray(0, wholeFrom("featureReference: keep", options.keep ?? 10_000, 2)).sort();
  const chosen: Float64Array[] = [];
  let all: Moments | undefined;
  let d = 0;
  for (const { pixels, shape, first } of imageParts(images)) {
    const end = first + shape[0];
    const { features } = await network.extract({ values: pixels, shape });
    const of = moments(features);
    all = all ? mergeMoments(all, of) : of;
    const rows = rowsOf("featureReference", features);
    d = rows.d;
    chosen.push(takeRows(rows, kept.filter((i) => i >= first && i < end).map((i) => i - first)).data);
    options.onProgress?.(end, n);
  }
  if (!all) throw new RangeError(`featureReference: expected pictures [n, channels, height, width], got shape [${images.shape.join(", ")}]`);
  const values = new Float32Array(kept.length * d);
  let at = 0;
  for (const rows of chosen) {
    values.set(rows, at);
    at += rows.length;
  }
  return { network: network.id, moments: all, features: { values, shape: [kept.length, d] } };
}
