/** @file The formats of image sets, in the order in which they are tried. */
import { cifarBinary } from "./cifar-binary.ts";
import { cifarPython } from "./cifar-python.ts";
import { folder } from "./folder.ts";
import { idx } from "./idx.ts";
import type { ImageFormat } from "./image-format.ts";
import { imagenet } from "./imagenet.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";

/** Every format; the first that matches opens a set. */
export const imageFormats: readonly ImageFormat[] = [idx, cifarBinary, cifarPython, imagenet, npy, npz, folder];
