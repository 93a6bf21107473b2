import { readdirSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { readImages } from "fluxion";
import type { ImageSet, ImageSource, ImageSplit, OpenImagesOptions } from "./formats/image-format.ts";
import { holdsImages } from "./formats/npy.ts";
import { archiveHoldsImages } from "./formats/npz.ts";
import { imageFormats } from "./formats/registry.ts";
import type { LoadedImages } from "./load-images.ts";

/**
 * Opens a part of an image set, whatever its format, for reading by number: memory does not grow with it, but for a label an
 * image.
 *
 * @param path - a directory, or one file
 * @throws Error naming the path, what was expected, what came and how to fix it
 */
export async function openImages(path: string, split: ImageSplit, options: OpenImagesOptions = {}): Promise<ImageSet> {
  const source = sourceAt(path);
  const format = imageFormats.find((each) => each.matches(source));
  if (!format) {
    const known = imageFormats.map(({ description }) => `  ${description}`).join("\n");
    throw new Error(`${path}: expected images in one of these forms, got none of them; put the files there or give another path\n${known}`);
  }
  const stray = (["imageSize", "colour"] as const).filter((name) => options[name] !== undefined && format.options?.includes(name) !== true);
  if (stray.length > 0) throw new Error(`${stray.join(", ")}: expected only for folders of pictures, got it for ${path}, ${format.description}; leave it out`);
  return format.open(source, split, options);
}

/** A part of an image set in memory, all of it. */
export function readImageSet({ reader, labels }: ImageSet): LoadedImages {
  return { ...readImages(reader), labels };
}

/** Whether a path holds images, as far as can be told before they are opened: a directory, or a .npy or .npz file of images. */
export function isImageSource(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return true;
  if (stats?.isFile() !== true) return false;
  const extension = extname(path).toLowerCase();
  return (extension === ".npy" && holdsImages(path)) || (extension === ".npz" && archiveHoldsImages(path));
}

function sourceAt(path: string): ImageSource {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Error(`${path}: expected a directory or file of images, got nothing there; check the path`);
  const file = !stats.isDirectory();
  // An order that no locale changes.
  return { path, file, names: file ? [basename(path)] : readdirSync(path).sort((a, b) => (a < b ? -1 : 1)) };
}
