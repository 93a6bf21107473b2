/** @file Feature networks from files, and references on disk. */
export { openFeatureNetwork } from "./open-network.ts";
export type { CachedReference, CachedReferenceOptions } from "./reference-cache.ts";
export { cachedReference, referenceCache } from "./reference-cache.ts";
