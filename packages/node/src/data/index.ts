/** @file Reading data files. */
export type { ImageSplit, LoadedImages } from "./load-images.ts";
export { loadImages } from "./load-images.ts";
export type { LoadedPoints } from "./load-points.ts";
export { loadPoints } from "./load-points.ts";
export type { ResolveModule } from "./locate.ts";
export { locateDataset } from "./locate.ts";
