/** @file The metrics of generated pictures by name. */
import { permutation } from "../../random/index.ts";
import type { Key } from "../../random/key.ts";
import { frechetDistance } from "../features/frechet.ts";
import { inceptionScore } from "../features/inception-score.ts";
import { kernelDistance } from "../features/kernel-distance.ts";
import { moments } from "../features/moments.ts";
import { precisionRecall } from "../features/precision-recall.ts";
import { checkOptions, rowsOf, takeRows } from "../samples.ts";
import type { Rows, SampleSet } from "../samples.ts";
import type { FeatureNetwork, ImageFeatures } from "./feature-network.ts";
import type { FeatureReference } from "./reference.ts";

/** What a metric of pictures is computed from. */
export interface FeatureContext extends ImageFeatures {
  readonly reference: FeatureReference;
  readonly key: Key;
  readonly leastSamples: number | undefined;
}

/** One number, with its error or spread where it has one. */
export interface Measurement {
  readonly label: string;
  readonly value: number;
  /** The standard error, or what `note` says. */
  readonly spread?: number | undefined;
  /** How it was computed. */
  readonly note: string;
}

/** Metrics by name; the inception score is missing where the network gives no probabilities. */
export interface ImageMeasurements {
  readonly fid: Measurement;
  readonly kid: Measurement;
  readonly inceptionScore?: Measurement;
  readonly precision: Measurement;
  readonly recall: Measurement;
}

/** A metric of pictures: the numbers that it adds. */
export type FeatureMetric = (context: FeatureContext) => Partial<ImageMeasurements>;

/** The metrics, in the order in which they are shown. */
export const featureMetrics: Readonly<Record<string, FeatureMetric>> = {
  frechetDistance: ({ reference, features, leastSamples }) => {
    const { mean, count } = reference.moments;
    const value = frechetDistance(reference.moments, moments(features), { leastSamples });
    return { fid: { label: "FID", value, note: `${mean.length} features, ${count} reference images` } };
  },
  kernelDistance: ({ reference, features, key }) => {
    const { value, standardError, blocks } = kernelDistance(reference.features, features, { key: key.child("kid") });
    return { kid: { label: "KID", value, spread: standardError, note: `unbiased, standard error over ${blocks} blocks` } };
  },
  inceptionScore: ({ probabilities }) => {
    if (!probabilities) return {};
    const { value, standardDeviation, splits } = inceptionScore(probabilities);
    const note = `of at most ${probabilities.shape[1] ?? 0}, deviation over ${splits} splits`;
    return { inceptionScore: { label: "IS", value, spread: standardDeviation, note } };
  },
  precisionRecall: (context) => {
    const [real, drawn] = equalSets(context);
    const { precision, recall } = precisionRecall(real, drawn);
    const note = `k = 3, ${real.shape[0] ?? 0} images of each`;
    return { precision: { label: "precision", value: precision, note }, recall: { label: "recall", value: recall, note } };
  },
};

/** As many of either set: the balls of a larger one are smaller. */
function equalSets({ reference, features, key }: FeatureContext): readonly [SampleSet, SampleSet] {
  const [real, drawn] = [rowsOf("precisionRecall", reference.features), rowsOf("precisionRecall", features)];
  const count = Math.min(real.n, drawn.n, 10_000);
  const some = (rows: Rows, label: string): SampleSet => ({
    values: takeRows(rows, permutation(key.child("manifold", label), rows.n).subarray(0, count)).data,
    shape: [count, rows.d],
  });
  return [some(real, "reference"), some(drawn, "samples")];
}

/** Options of `imageMetrics`. */
export interface ImageMetricsOptions {
  readonly network: FeatureNetwork;
  /** Of the data, made by the same network. */
  readonly reference: FeatureReference;
  /** Generated pictures, bytes `[n, channels, height, width]`. */
  readonly samples: SampleSet;
  /** Names blocks and subsets. */
  readonly key: Key;
  /** Fewest samples for the Fréchet distance. Default: one more than features. */
  readonly leastSamples?: number | undefined;
}

/**
 * All metrics of generated pictures against a reference.
 *
 * @throws RangeError if the reference is of another network, or there are too few samples
 */
export async function imageMetrics(options: ImageMetricsOptions): Promise<ImageMeasurements> {
  checkOptions("imageMetrics", options, ["network", "reference", "samples", "key", "leastSamples"]);
  const { network, reference, samples, key, leastSamples } = options;
  if (reference.network !== network.id) {
    throw new RangeError(`imageMetrics: expected a reference of the network ${network.id}, got one of ${reference.network}; compute it anew`);
  }
  checkSampleCount(samples.shape[0] ?? 0, reference, leastSamples);
  const context = { ...(await network.extract(samples)), reference, key, leastSamples };
  return Object.assign({}, ...Object.values(featureMetrics).map((metric) => metric(context))) as ImageMeasurements;
}

/**
 * Refuses a number of samples that is too small to measure, before any is drawn.
 *
 * @throws RangeError saying how many it takes
 */
export function checkSampleCount(count: number, { moments: { mean } }: FeatureReference, leastSamples?: number): void {
  const least = Math.max(20, leastSamples ?? mean.length + 1);
  if (count >= least) return;
  throw new RangeError(`imageMetrics: samples: expected at least ${least} for ${mean.length} features, got ${count}; draw more, or set a lower limit and accept the bias`);
}
