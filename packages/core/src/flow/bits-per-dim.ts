import { sizeOf } from "@fluxion/graph";
import type { Key } from "../random/key.ts";
import { uniform } from "../random/index.ts";
import type { DensityOptions } from "./calls.ts";
import type { Flow } from "./flow.ts";

/** Options of `bitsPerDim`. */
export interface BitsPerDimOptions extends DensityOptions {
  /** Names dequantisation noise and probes. */
  readonly key: Key;
  /** Dequantised copies of each image, K of eq 47, from 1. Default 1. */
  readonly samples?: number | undefined;
  /** The number of the first image, so that a test set may come in parts. Default 0. */
  readonly first?: number | undefined;
}

/** Bits per dimension of 8-bit images. */
export interface BitsPerDim {
  /** Of each image. */
  readonly values: Float64Array;
  readonly mean: number;
  /** Of the mean, over images; NaN for one image. */
  readonly standardError: number;
  readonly nfe: number;
  /** Log-densities of each image's copies in model space, nats: `samples` lists of one value an image. */
  readonly logDensities: readonly Float64Array[];
  /** Standard deviation over an image's copies, bits per dimension, the mean over images; 0 for one copy. */
  readonly spread: number;
}

/**
 * Bits per dimension from the log-density of model space, where 8-bit values are y = (x + u)/128 − 1 (eqs 36 and 37):
 * −log p(y)/(d log 2) + 7. The uniform density on [−1, 1]^d gives exactly 8.
 *
 * @param logDensity - nats, of one image in model space
 * @param dimension - d = channels · height · width
 */
export function bitsPerDimFromLogDensity(logDensity: number, dimension: number): number {
  return -logDensity / (dimension * Math.LN2) + 7;
}

/**
 * Bits per dimension of 8-bit images under uniform dequantisation: −log (1/K) Σ_k p(x + u_k) (paper, eq 47), a bound
 * with the exact divergence. With Hutchinson's it is an estimate: for K > 1 the mean of exponentials rewards the noise of
 * the probes, which is why all copies of an image share them, and why `spread` is given.
 *
 * @param images - pixels `[n, ...event]` in 0…255
 * @throws RangeError if the flow was not trained on 8-bit images
 */
export async function bitsPerDim(
  flow: Flow,
  images: Uint8Array,
  { key, samples = 1, first = 0, divergence = "hutchinson", ...options }: BitsPerDimOptions,
): Promise<BitsPerDim> {
  if (flow.transform.kind !== "images8bit") {
    throw new RangeError(`bitsPerDim: expected a flow of 8-bit images, got one of ${flow.transform.kind} data; use logProb`);
  }
  if (!Number.isInteger(samples) || samples < 1) {
    throw new RangeError(`bitsPerDim: samples: expected a whole number from 1, got ${String(samples)}`);
  }
  const d = sizeOf(flow.model.eventShape);
  const count = images.length / d;
  const logDensities: Float64Array[] = [];
  let nfe = 0;
  for (let k = 0; k < samples; k++) {
    const values = new Float32Array(images.length);
    for (let i = 0; i < count; i++) {
      const u = uniform(key.child("dequantize", k, first + i), d);
      for (let j = 0; j < d; j++) values[i * d + j] = (images[i * d + j] ?? 0) + (u[j] ?? 0);
    }
    // The same probes for every k: their noise must not be mistaken for the spread of the density.
    const probeKey = key.child("probes", first);
    const result = await flow.logProb(values, { ...options, divergence, key: probeKey });
    nfe += result.nfe / samples;
    // logProb counts the 7 bits of the transform; eq 37 adds them itself.
    logDensities.push(result.logProb.map((value) => value + 7 * d * Math.LN2));
  }
  const values = bitsPerDimOfCopies(logDensities, d);
  return { values, ...meanAndError(values), nfe, logDensities, spread: spreadOf(logDensities, count, d) };
}

/**
 * Bits per dimension of images from the log-densities of their dequantised copies (eq 47); the first k lists alone give
 * the value for K = k.
 *
 * @param logDensities - K lists of one value an image, nats, in model space
 * @param dimension - values of an image
 */
export function bitsPerDimOfCopies(logDensities: readonly Float64Array[], dimension: number): Float64Array {
  const count = logDensities[0]?.length ?? 0;
  return Float64Array.from({ length: count }, (_, i) =>
    bitsPerDimFromLogDensity(logMeanExp(logDensities.map((list) => list[i] ?? NaN)), dimension),
  );
}

function spreadOf(logDensities: readonly Float64Array[], count: number, dimension: number): number {
  if (logDensities.length < 2) return 0;
  const n = logDensities.length;
  const deviation = (i: number): number => meanAndError(Float64Array.from(logDensities, (list) => list[i] ?? NaN)).standardError * Math.sqrt(n);
  const total = Array.from({ length: count }, (_, i) => deviation(i)).reduce((a, b) => a + b, 0);
  return total / count / (dimension * Math.LN2);
}

/** log of the mean of exponentials, without overflow. */
export function logMeanExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((total, value) => total + Math.exp(value - top), 0) / values.length);
}

/** The mean and its standard error. */
export function meanAndError(values: Float64Array): { readonly mean: number; readonly standardError: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n) };
}
