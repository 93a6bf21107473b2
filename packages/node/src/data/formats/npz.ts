import { join } from "node:path";
import type { ImagePart } from "../parts.ts";
import { openParts } from "../parts.ts";
import type { NpzArray } from "../npz-arrays.ts";
import { npzArrays, npzHeader, placeNpz } from "../npz-arrays.ts";
import { readMember } from "../zip.ts";
import type { ImageFormat, ImageSplit, OpenImagesOptions } from "./image-format.ts";
import { imageLayout, labelArray } from "./npy.ts";

const imageNames = ["images", "x", "data"];
const labelNames = ["labels", "y"];

/**
 * Archives as `numpy.savez` and `savez_compressed` write them: an array of images as in .npy files, and labels if there are any.
 * One file holds both parts where names say which is meant, as in x_train or test_images.
 */
export const npz: ImageFormat = {
  description: "archives: train.npz, test.npz, or one .npz file, with arrays images (x, data) and labels (y); x_train, test_images … hold both parts",
  matches: ({ file, names }) => names.some((name) => (file ? /\.npz$/i.test(name) : name === "train.npz" || name === "test.npz")),
  open: ({ path: source, file, names }, split, options) => {
    const name = `${split}.npz`;
    if (!file && !names.includes(name)) throw new Error(`${source}: expected ${name}, got none; put the file there`);
    const path = file ? source : join(source, name);
    return openParts(source, [path], () => openArchive(path, split, file, options), options);
  },
};

/** Whether an .npz file holds images, not points: such an array has three axes or four. */
export function archiveHoldsImages(path: string): boolean {
  const arrays = npzArrays(path);
  const images = find(arrays, imageNames, "train") ?? find(arrays, imageNames, "test");
  return images !== undefined && npzHeader(images).shape.length >= 3;
}

async function openArchive(path: string, split: ImageSplit, alone: boolean, { cache }: OpenImagesOptions): Promise<ImagePart> {
  const arrays = npzArrays(path);
  const images = find(arrays, imageNames, split);
  if (!images) {
    const got = arrays.map(({ name }) => name).join(", ") || "none";
    throw new Error(`${path}: expected images in an array called ${imageNames.join(", ")} or x_${split}, got ${got}; save them as numpy.savez(file, images=…, labels=…)`);
  }
  if (alone && split === "test" && imageNames.includes(images.name)) {
    throw new Error(`${path}: expected test images beside those of training, got one array ${images.name}; give a directory with train.npz and test.npz, or call them x_train and x_test`);
  }
  const labels = find(arrays, labelNames, split);
  const { path: at, size, start, ...header } = await placeNpz(images, cache);
  const { count, image, interleaved } = imageLayout(images.title, { ...header, start });
  return {
    records: { path: at, size, start, count, interleaved },
    image,
    labels: labels && labelArray(readMember(path, labels.member), labels.title, count),
  };
}

/** The array of a part by the first name that fits; one that names its part goes before one that does not. */
function find(arrays: readonly NpzArray[], names: readonly string[], split: ImageSplit): NpzArray | undefined {
  const spellings = [...names.flatMap((name) => [`${name}_${split}`, `${split}_${name}`]), ...names];
  return spellings.map((spelling) => arrays.find(({ name }) => name === spelling)).find((array) => array !== undefined);
}
