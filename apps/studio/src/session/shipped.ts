/** @file Runs of images that come with the page, where the build had any. */
import { runOfServer } from "./images.ts";
import type { RunFiles } from "../lab/run-record.ts";

const options = import.meta.glob<string>("../runs/*/options.json", { query: "?url", import: "default", eager: true });
const weights = import.meta.glob<string>("../runs/*/weights.safetensors", { query: "?url", import: "default", eager: true });

/** Their names. */
export const shippedRuns: readonly string[] = Object.keys(options).map((path) => path.split("/").at(-2) ?? path);

/** The files of one of them. */
export function shippedRun(name: string): Promise<RunFiles> {
  return runOfServer(name, options[`../runs/${name}/options.json`] ?? "", weights[`../runs/${name}/weights.safetensors`] ?? "");
}
