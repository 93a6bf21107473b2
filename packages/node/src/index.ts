/** @file `@fluxion/node`: Fluxion on Node.js. */
export type { NodeRuntime, NodeRuntimeOptions } from "./runtime.ts";
export { nodeRuntime } from "./runtime.ts";

// devices
export type { DeviceChoice, NodeDevice, NodeDeviceKind } from "./devices/index.ts";
export { deviceChoices } from "./devices/index.ts";

// profile
export type { FormatProfileOptions, Profile, ProfiledNode, ProfileGroup, ProfileOptions } from "./profile/index.ts";
export { formatProfile, profileProgram } from "./profile/index.ts";

// runs
export type { Metric, Run, RunRecord } from "./runs/index.ts";
export { createRun, lockRun, openRun, writeAtomic } from "./runs/index.ts";

// data
export type {
  DownloadProgress,
  FetchedSet,
  FetchSetOptions,
  ImageFormat,
  ImageSet,
  ImageSource,
  ImageSplit,
  LoadedImages,
  LoadedPoints,
  LocateOptions,
  OpenImagesOptions,
  PublicFile,
  PublicSet,
  PublicSetName,
  ResolveModule,
} from "./data/index.ts";
export {
  fetchSet,
  imageFormats,
  isImageSource,
  isPublicSetName,
  loadImages,
  loadPoints,
  locateDataset,
  openImages,
  publicSetDirectory,
  publicSets,
  readImageSet,
} from "./data/index.ts";

// images
export type { ImageBatch, ImageGridOptions, PngOptions, Raster } from "./images/index.ts";
export { decodeImage, encodePng, imageGrid, writeImages } from "./images/index.ts";

// figures
export type {
  Curve,
  CurveAxis,
  CurvesFigureOptions,
  DensityGrid,
  FieldFigureOptions,
  FieldPanel,
  Frame,
  ImageGridHeading,
  ImageTrajectory,
  Interval,
  LossCurve,
  PanelsFigureOptions,
  PathLinesFigureOptions,
  PointCloud,
  PointTrajectory,
  SamplesFigureOptions,
  SvgToPngOptions,
} from "./figures/index.ts";
export {
  curvesFigure,
  densityFigure,
  densityGrid,
  fieldFigure,
  fieldGrid,
  imageGridFigure,
  imageTrajectoryFigure,
  lossFigure,
  panelsFigure,
  pathLinesFigure,
  samplesFigure,
  svgToPng,
  trajectoryFigure,
} from "./figures/index.ts";

// report
export type { Report, ReportFigure, ReportRow, ReportTable } from "./report/index.ts";
export { renderReport } from "./report/index.ts";

// metrics
export type { CachedReference, CachedReferenceOptions } from "./metrics/index.ts";
export { cachedReference, openFeatureNetwork, referenceCache } from "./metrics/index.ts";
