import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { packPictures, readPack } from "../pack-pictures.ts";
import { recordReader } from "../record-files.ts";
import type { ImageFormat, ImageSource, ImageSplit } from "./image-format.ts";

const picture = /\.(png|jpe?g|webp)$/i;
const splits: Readonly<Record<ImageSplit, readonly string[]>> = { train: ["train"], test: ["test", "val"] };

/**
 * Pictures in folders, of which each is a class. They are decoded once, to a file of the cache from which training then reads by
 * position.
 */
export const folder: ImageFormat = {
  description: "PNG, JPEG and WebP pictures, in a folder for each class or in none; in train and test (or val), where those are",
  options: ["imageSize", "colour"],
  matches: ({ file, path }) => !file && firstPicture(path),
  open: async (source, split, options) => {
    const directory = directoryOf(source, split);
    const { files, classes: own } = picturesIn(directory);
    const classes = split === "test" && source.names.includes("train") ? classesOfTraining(source, directory, own) : own;
    const path = await packPictures(directory, files, options);
    const { good, skipped, image } = readPack(path, directory, options);
    const count = good.length;
    const reader = recordReader([{ path, size: statSync(path).size, start: 0, count, interleaved: true }], image);
    if (classes.length === 0) return { reader, skipped };
    const numbers = new Map(classes.map((name, i) => [name, i]));
    const labels = Int32Array.from(good, (i) => numbers.get(classOf(files[i] ?? "")) ?? -1);
    return { reader, labels: classes.length <= 256 ? Uint8Array.from(labels) : labels, classes: classes.length, skipped };
  },
};

function directoryOf({ path, names }: ImageSource, split: ImageSplit): string {
  const part = splits[split].find((name) => names.includes(name) && statSync(join(path, name)).isDirectory());
  if (part !== undefined) return join(path, part);
  const parted = Object.values(splits).flat().some((name) => names.includes(name));
  if (split === "train" && !parted) return path;
  throw new Error(`${path}: expected a folder ${splits[split].join(" or ")} with the ${split} pictures, got none; make one`);
}

/** A class has one number in all splits: its place among those of training, whichever of them the test pictures show. */
function classesOfTraining(source: ImageSource, directory: string, own: readonly string[]): readonly string[] {
  if (own.length === 0) return own;
  const { classes } = picturesIn(directoryOf(source, "train"));
  const strange = own.find((name) => !classes.includes(name));
  if (strange === undefined) return classes;
  throw new Error(`${directory}: expected only classes that the training pictures have (${classes.length === 0 ? "none" : classes.slice(0, 10).join(", ")}${classes.length > 10 ? ", …" : ""}), got ${strange}; rename or remove the folder`);
}

const classOf = (file: string): string => file.split("/")[0] ?? "";

/** Pictures of a directory and those below, in the order of their names, and the classes that they belong to. */
function picturesIn(directory: string): { readonly files: readonly string[]; readonly classes: readonly string[] } {
  const files = (readdirSync(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && picture.test(entry.name))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort((a, b) => (a < b ? -1 : 1));
  const classes = [...new Set(files.filter((file) => file.includes("/")).map(classOf))].sort((a, b) => (a < b ? -1 : 1));
  const loose = files.find((file) => !file.includes("/"));
  if (classes.length > 0 && loose !== undefined) {
    throw new Error(`${directory}: expected every picture in the folder of its class, got ${loose} in none; move it, or all pictures into one folder without others`);
  }
  if (files.length === 0) throw new Error(`${directory}: expected PNG, JPEG or WebP pictures, got none; put them there`);
  return { files, classes };
}

/** Whether there is a picture somewhere, looking at no more than it takes. */
function firstPicture(directory: string): boolean {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.some((entry) => entry.isFile() && picture.test(entry.name))
    || entries.some((entry) => entry.isDirectory() && firstPicture(join(directory, entry.name)));
}
