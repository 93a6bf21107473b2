/** @file `@fluxion/node`: Fluxion on Node.js. */
export type { NodeRuntimeOptions } from "./runtime.ts";
export { nodeRuntime } from "./runtime.ts";

// runs
export type { Metric, Run, RunRecord } from "./runs/index.ts";
export { createRun, lockRun, openRun, writeAtomic } from "./runs/index.ts";

// data
export type { ImageSplit, LoadedImages, LoadedPoints, ResolveModule } from "./data/index.ts";
export { loadImages, loadPoints, locateDataset } from "./data/index.ts";
