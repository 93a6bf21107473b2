/** @file References on disk: features of a data set are computed once for each network. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, featureReference, imageParts } from "fluxion";
import type { FeatureNetwork, FeatureReference, FeatureReferenceOptions, ImageReader } from "fluxion";
import { cacheDirectory } from "../cache.ts";
import { writeAtomic } from "../runs/atomic.ts";

/** Options of `cachedReference`. */
export interface CachedReferenceOptions extends FeatureReferenceOptions {
  /** Where references are kept. Default `referenceCache()`. */
  readonly directory?: string | undefined;
}

/** A reference, and where it came from. */
export interface CachedReference {
  readonly reference: FeatureReference;
  readonly file: string;
  /** Whether it was there already. */
  readonly cached: boolean;
}

/** `$XDG_CACHE_HOME/fluxion/references`, where `~/.cache` stands in for a missing variable. */
export const referenceCache = (): string => cacheDirectory("references");

const format = "fluxion-feature-reference 1";

/**
 * The reference of a data set, from the cache if it is there. Its name is a hash of the network and its preparation, the
 * pictures and the options, so nothing stale is ever read; a damaged file is computed anew.
 *
 * @throws Error as `featureReference`, or if the cache cannot be written
 */
export async function cachedReference(network: FeatureNetwork, images: ImageReader, options: CachedReferenceOptions): Promise<CachedReference> {
  const { directory = referenceCache(), ...rest } = options;
  const file = join(directory, `${nameOf(network, images, rest)}.safetensors`);
  const known = existsSync(file) ? read(file) : undefined;
  if (known?.network === network.id) return { reference: known, file, cached: true };
  const reference = await featureReference(network, images, rest);
  mkdirSync(directory, { recursive: true });
  writeAtomic(file, encode(reference));
  return { reference, file, cached: false };
}

function nameOf({ id }: FeatureNetwork, images: ImageReader, { key, keep }: FeatureReferenceOptions): string {
  const hash = createHash("sha256").update(format).update(id).update(images.shape.join());
  for (const { pixels } of imageParts(images)) hash.update(pixels);
  return hash.update(key.toString()).update(String(keep ?? "")).digest("hex").slice(0, 32);
}

function encode({ network, moments: { count, mean, covariance }, features: { values, shape } }: FeatureReference): Uint8Array {
  const d = mean.length;
  return encodeSafetensors(
    {
      mean: { dtype: "float64", shape: [d], data: mean },
      covariance: { dtype: "float64", shape: [d, d], data: covariance },
      features: { dtype: "float32", shape, data: Float32Array.from(values) },
    },
    { format, network, count: String(count) },
  );
}

/** Undefined for what is damaged or of another version. */
function read(file: string): FeatureReference | undefined {
  try {
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    const { mean, covariance, features } = tensors;
    const [means, products, values] = [mean?.data, covariance?.data, features?.data];
    const whole = means instanceof Float64Array && products instanceof Float64Array && values instanceof Float32Array;
    if (metadata["format"] !== format || !whole || !features) return undefined;
    return {
      network: metadata["network"] ?? "",
      moments: { count: Number(metadata["count"]), mean: means, covariance: products },
      features: { values, shape: features.shape },
    };
  } catch {
    return undefined;
  }
}
