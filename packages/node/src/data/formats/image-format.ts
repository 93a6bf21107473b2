/** @file What a format of image sets is. */
import type { ImageReader } from "fluxion";

/** Which part of an image set. */
export type ImageSplit = "train" | "test";

/** How image sets are opened. */
export interface OpenImagesOptions {
  /** Leave out files and pictures that are damaged, instead of refusing the set. Default false. */
  readonly skipBad?: boolean | undefined;
  /** Side of the squares that pictures of a folder are cropped and resized to. Default: they have one size, which is kept. */
  readonly imageSize?: number | undefined;
  /** What pictures of a folder are turned into. Default: they are all grey or all in colour, which is kept. */
  readonly colour?: "grey" | "rgb" | undefined;
  /** Where what cannot be read by position is unpacked to. Default `~/.cache/fluxion/images`. */
  readonly cache?: string | undefined;
}

/** An open part of an image set. */
export interface ImageSet {
  readonly reader: ImageReader;
  /** One class a picture, from 0. */
  readonly labels?: Uint8Array | Int32Array | undefined;
  /** Classes, where the format knows. */
  readonly classes?: number | undefined;
  /** What was left out because it is damaged, and why; one line each. */
  readonly skipped: readonly string[];
}

/** A place that may hold an image set. */
export interface ImageSource {
  readonly path: string;
  /** Whether it is one file. */
  readonly file: boolean;
  /** What stands in it, in the order of code units; of a file its own name. */
  readonly names: readonly string[];
}

/** A format of image sets. */
export interface ImageFormat {
  /** What such a set looks like, for messages. */
  readonly description: string;
  /** The options that it understands beside `skipBad` and `cache`. */
  readonly options?: readonly (keyof OpenImagesOptions)[];
  matches(source: ImageSource): boolean;
  /** @throws Error naming the path, what was expected, what came and how to fix it */
  open(source: ImageSource, split: ImageSplit, options: OpenImagesOptions): Promise<ImageSet> | ImageSet;
}
