/** @file Data: transforms, training batches, point sets and file formats. */
export type { CsvTable } from "./formats/csv.ts";
export { parseCsv, writeCsv } from "./formats/csv.ts";
export type { IdxArray } from "./formats/idx.ts";
export { parseIdx } from "./formats/idx.ts";
export type { NpyArray, NpyData, NpyType } from "./formats/npy.ts";
export { parseNpy, writeNpy } from "./formats/npy.ts";
export type { PointSet, PointSetName } from "./point-sets/index.ts";
export { isPointSetName, pointSets } from "./point-sets/index.ts";
export type { TrainingData, TrainingLabels } from "./training-data.ts";
export type { ImageLabels } from "./training-images.ts";
export { trainingImages } from "./training-images.ts";
export type { PointsSplit } from "./training-points.ts";
export { trainingPoints } from "./training-points.ts";
export type { DataTransform } from "./transform.ts";
export { applyTransform, fitStandardize, invertTransform, logAbsDet, toPixels } from "./transform.ts";
export type { ImagePixels } from "./pool-images.ts";
export { poolImages } from "./pool-images.ts";
