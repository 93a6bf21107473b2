/** @file Reading data files. */
export type { ImageFormat, ImageSet, ImageSource, ImageSplit, OpenImagesOptions } from "./formats/image-format.ts";
export { imageFormats } from "./formats/registry.ts";
export type { DownloadProgress } from "./download.ts";
export type { FetchedSet, FetchSetOptions } from "./fetch-set.ts";
export { fetchSet, publicSetDirectory } from "./fetch-set.ts";
export type { PublicFile, PublicSet, PublicSetName } from "./public-sets.ts";
export { isPublicSetName, publicSets } from "./public-sets.ts";
export type { LoadedImages } from "./load-images.ts";
export { loadImages } from "./load-images.ts";
export type { LoadedPoints } from "./load-points.ts";
export { loadPoints } from "./load-points.ts";
export type { LocateOptions, ResolveModule } from "./locate.ts";
export { locateDataset } from "./locate.ts";
export { isImageSource, openImages, readImageSet } from "./open-images.ts";
