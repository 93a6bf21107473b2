export type { BitsPerDim, BitsPerDimOptions } from "./bits-per-dim.ts";
export { bitsPerDim, bitsPerDimFromLogDensity, bitsPerDimOfCopies, logMeanExp, meanAndError } from "./bits-per-dim.ts";
export type { Conditioning } from "./conditioning.ts";
export type { FlowResult } from "./chunks.ts";
export type { Densities, DensityOptions, Examples, IntegrateOptions, SampleOptions } from "./calls.ts";
export type { Flow, FlowOptions } from "./flow.ts";
export { createFlow } from "./flow.ts";
export type { Precision } from "./precision.ts";
export { precisions } from "./precision.ts";
