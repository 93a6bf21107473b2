import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const packages = createRequire(import.meta.url);

function versionAt(url: URL | string): string {
  const { version } = JSON.parse(readFileSync(url, "utf8")) as { readonly version: string };
  return version;
}

/** The version of this command. */
export const version = versionAt(new URL("../package.json", import.meta.url));

/** Versions of what computes a run. */
export function versions(): Record<string, string> {
  return { fluxion: version, node: process.versions.node, onnxruntime: versionAt(packages.resolve("onnxruntime-node/package.json")) };
}
