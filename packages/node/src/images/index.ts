export type { ImageGridOptions } from "./image-grid.ts";
export { imageGrid } from "./image-grid.ts";
export type { PngOptions } from "./png.ts";
export { decodeImage, encodePng } from "./png.ts";
export type { ImageBatch, Raster } from "./raster.ts";
export { writeImages } from "./write-images.ts";
