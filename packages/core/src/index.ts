// nn
export type { ActivationName, Module, ParameterSpec, ParameterSpecs, Params } from "./nn/index.ts";
export * as nn from "./nn/index.ts";

// models
export type { MlpOptions } from "./models/mlp.ts";
export { mlp } from "./models/mlp.ts";
export type { Model } from "./models/model.ts";
export { initParameters, parameterCount } from "./models/model.ts";
export { modelFromConfig } from "./models/registry.ts";
export type { UnetOptions } from "./models/unet.ts";
export { unet } from "./models/unet.ts";

// random
export type { FloatArray, KeyLabel } from "./random/index.ts";
export { integers, Key, normal, permutation, rademacher, uniform } from "./random/index.ts";

// data
export type {
  CsvTable,
  DataTransform,
  IdxArray,
  NpyArray,
  NpyData,
  NpyType,
  PointSet,
  PointSetName,
  PointsSplit,
  TrainingData,
} from "./data/index.ts";
export {
  applyTransform,
  fitStandardize,
  invertTransform,
  isPointSetName,
  logAbsDet,
  parseCsv,
  parseIdx,
  parseNpy,
  pointSets,
  toPixels,
  trainingImages,
  trainingPoints,
  writeCsv,
  writeNpy,
} from "./data/index.ts";
