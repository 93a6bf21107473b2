// nn
export type { ActivationName, MaskShapes, Module, ParameterSpec, ParameterSpecs, Params } from "./nn/index.ts";
export * as nn from "./nn/index.ts";

// models
export type { AdmOptions } from "./models/adm.ts";
export { adm } from "./models/adm.ts";
export type { ConditionInput, ConditionOptions } from "./models/condition.ts";
export { conditionInputs } from "./models/condition.ts";
export type { DitOptions } from "./models/dit.ts";
export { dit } from "./models/dit.ts";
export type { MlpOptions } from "./models/mlp.ts";
export { mlp } from "./models/mlp.ts";
export type { Condition, Model } from "./models/model.ts";
export { initParameters, parameterCount } from "./models/model.ts";
export { modelFromConfig } from "./models/registry.ts";
export type { UnetOptions } from "./models/unet.ts";
export { unet } from "./models/unet.ts";

export type { Preset, PresetName } from "./presets.ts";
export { isPresetName, presets } from "./presets.ts";

// random
export type { FloatArray, KeyLabel } from "./random/index.ts";
export { bytes, integers, Key, normal, permutation, rademacher, uniform } from "./random/index.ts";

// data
export type {
  CsvTable,
  DataTransform,
  IdxArray,
  ImageLabels,
  CifarBatch,
  ImagePixels,
  ImageReader,
  NpyArray,
  NpyData,
  NpyHeader,
  NpyType,
  PointSet,
  PointSetName,
  PointsSplit,
  TrainingData,
  TrainingImagesOptions,
  TrainingLabels,
} from "./data/index.ts";
export {
  applyTransform,
  checkedLabels,
  cifarClasses,
  cifarImage,
  cifarRecordBytes,
  fitStandardize,
  idxHeader,
  imageSize,
  imagesInMemory,
  invertTransform,
  isPointSetName,
  logAbsDet,
  npyHeader,
  parseCifarPickle,
  parseCsv,
  parseIdx,
  parseNpy,
  pointSets,
  pooledReader,
  poolImages,
  imageParts,
  readImages,
  toPixels,
  trainingImages,
  trainingImagesFrom,
  trainingPoints,
  writeCsv,
  writeNpy,
} from "./data/index.ts";

// paths
export type { AffinePathOptions } from "./paths/affine.ts";
export { affinePath } from "./paths/affine.ts";
export type { ChangeCoefficients, Cut, ScheduleChange } from "./paths/change-schedule.ts";
export { changeSchedule } from "./paths/change-schedule.ts";
export type { CosinePathOptions } from "./paths/cosine.ts";
export { cosinePath } from "./paths/cosine.ts";
export type { GaussianPathOptions } from "./paths/gaussian.ts";
export { gaussianPath } from "./paths/gaussian.ts";
export type { LinearVpPathOptions } from "./paths/linear-vp.ts";
export { linearVpPath } from "./paths/linear-vp.ts";
export type { MarginalField } from "./paths/marginal-field.ts";
export { marginalField } from "./paths/marginal-field.ts";
export type { OtPathOptions } from "./paths/ot.ts";
export { otPath } from "./paths/ot.ts";
export type { AffinePath, Path, PathSample, Schedule, ScheduleOf } from "./paths/path.ts";
export type { PolynomialPathOptions } from "./paths/polynomial.ts";
export { polynomialPath } from "./paths/polynomial.ts";
export type { PathName } from "./paths/registry.ts";
export { pathFromConfig, pathOptions } from "./paths/registry.ts";
export { smoothedPath } from "./paths/smoothed.ts";
export type { VePathOptions } from "./paths/ve.ts";
export { vePath } from "./paths/ve.ts";
export type { VpPathOptions } from "./paths/vp.ts";
export { vpPath } from "./paths/vp.ts";

// objectives
export type {
  BatchInput,
  BatchSource,
  Convertible,
  EdmWeightOptions,
  LikelihoodOptions,
  LossProblem,
  MinSnrOptions,
  NormalTimesOptions,
  Objective,
  ObjectiveName,
  Prediction,
  RegressionOptions,
  StepShape,
  TimeSampler,
  TimesName,
  Weight,
  WeightName,
  WeightPoint,
} from "./objectives/index.ts";
export {
  checkConversion,
  convert,
  cosmapWeight,
  edmTime,
  edmTimes,
  edmWeight,
  likelihoodObjective,
  logitNormalTime,
  logitNormalTimes,
  minSnrWeight,
  modeTime,
  modeTimes,
  noiseObjective,
  objectiveFromConfig,
  objectives,
  predictionInterval,
  predictions,
  restorationObjective,
  scoreFlowObjective,
  scoreObjective,
  stratifiedTimes,
  timeSamplers,
  timesFromConfig,
  uniformTimes,
  velocityObjective,
  weightFromConfig,
  weightOf,
  weights,
  withInterval,
  x1Objective,
} from "./objectives/index.ts";

// solvers
export type { Field, Integrator, KarrasOptions, Outcome, Solution, SolverName, SolverOptions, StepEvent, Tableau } from "./solvers/index.ts";
export { integrator, isAdaptive, isFsal, karrasGrid, karrasLevels, resolveSolver, shiftedGrid, shiftedLevel, SolveError, solverNamed, solvers, tableau } from "./solvers/index.ts";

// flow
export type {
  BitsPerDim,
  BitsPerDimOptions,
  Conditioning,
  Densities,
  DensityOptions,
  Examples,
  Flow,
  FlowOptions,
  FlowResult,
  IntegrateOptions,
  Precision,
  SampleOptions,
} from "./flow/index.ts";
export {
  bitsPerDim,
  bitsPerDimFromLogDensity,
  bitsPerDimOfCopies,
  createFlow,
  logMeanExp,
  meanAndError,
  precisions,
} from "./flow/index.ts";

// training
export type {
  ChunkReport,
  OptimizerConfig,
  OptimizerOptions,
  ScheduleOptions,
  StateLayout,
  StateName,
  Trainer,
  TrainerOptions,
  TrainingState,
} from "./training/index.ts";
export {
  createTrainer,
  emaDecayAt,
  flattenValues,
  initialState,
  learningRateAt,
  resolveOptimizer,
  stateFromTensors,
  stateLayout,
  stateTensors,
  stepProgram,
  stepScalars,
  TrainingDivergedError,
  unflatten,
  unflattenValues,
} from "./training/index.ts";

// checkpoint
export type { Safetensors } from "./checkpoint/index.ts";
export { decodeSafetensors, encodeSafetensors } from "./checkpoint/index.ts";
export type { TrainFlowOptions } from "./train-flow.ts";
export { trainFlow } from "./train-flow.ts";

// metrics
export type {
  Classifier,
  ClassifierOptions,
  ClassifierTrainerOptions,
  EntropicPlanOptions,
  FeatureContext,
  FeatureMetric,
  FeatureNetwork,
  FeatureNetworkOptions,
  FeatureReference,
  FeatureReferenceOptions,
  FrechetOptions,
  ImageFeatures,
  ImageMeasurements,
  ImageMetricsOptions,
  InceptionScore,
  InceptionScoreOptions,
  KernelDiscrepancyOptions,
  KernelDistance,
  KernelDistanceOptions,
  LabelledImages,
  MeanOverPoints,
  Measurement,
  MeasurePointsOptions,
  Moments,
  PairOptions,
  PictureOptions,
  PictureScores,
  PointDistance,
  PointDistanceName,
  PointMeasurements,
  PrecisionRecall,
  PrecisionRecallOptions,
  SampleSet,
  SlicedWassersteinOptions,
} from "./metrics/index.ts";
export {
  assignment,
  checkSampleCount,
  classifier,
  classifierAccuracy,
  classifierProgram,
  createClassifierTrainer,
  encodeClassifier,
  energyDistance,
  entropicPlan,
  exactWasserstein,
  featureMetrics,
  featureNetwork,
  featureReference,
  frechetDistance,
  imageMetrics,
  inceptionScore,
  kernelDiscrepancy,
  kernelDistance,
  meanSquaredError,
  measurePoints,
  medianDistance,
  mergeMoments,
  moments,
  pathStraightness,
  pointDistances,
  precisionRecall,
  psnr,
  slicedWasserstein,
  ssim,
  transportCost,
} from "./metrics/index.ts";
