import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Runtime } from "@fluxion/graph";
import { featureNetwork } from "fluxion";
import type { FeatureNetwork, FeatureNetworkOptions } from "fluxion";
import { readDataFile } from "../data/read-file.ts";

/** The SHA-256 of bytes, in hexadecimal. */
export const contentHash = (...parts: readonly (Uint8Array | string)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/**
 * Opens a feature network from an ONNX file; its id is the hash of the file.
 *
 * @throws Error naming the path if it cannot be read, or as `featureNetwork`
 */
export function openFeatureNetwork(runtime: Runtime, path: string, options: FeatureNetworkOptions = {}): Promise<FeatureNetwork> {
  const bytes = readDataFile(path);
  return featureNetwork(runtime, bytes, { name: basename(path), id: contentHash(bytes), ...options });
}
