export type { LoadedImages } from "./load-images.ts";
export { loadImages } from "./load-images.ts";
export type { LoadedPoints } from "./load-points.ts";
export { loadPoints } from "./load-points.ts";
export { locateDataset } from "./locate.ts";
