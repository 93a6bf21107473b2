/** @file Pictures decoded once, to one file of pixels that ends with an account of what became of each. */
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { OpenImagesOptions } from "./formats/image-format.ts";
import { pictureInfo, picturePixels } from "./pictures.ts";
import type { PictureInfo } from "./pictures.ts";
import { readFilePart } from "./record-files.ts";
import { identity, madeOnce } from "./unpacked.ts";

/** The account of a pack. */
interface Account {
  /** `[channels, height, width]`. */
  readonly image: readonly [number, number, number];
  /** The numbers of the pictures whose pixels stand in the file, in this order. */
  readonly good: readonly number[];
  /** The other pictures, and why. */
  readonly bad: readonly string[];
}

/** Pictures that are decoded at once. */
const together = 16;

/** Bytes of the length of the account, which ends the file. */
const lengthBytes = 8;

/**
 * The file of the cache with the pixels `[height, width, channels]` of these pictures, decoded if it is not there.
 *
 * @throws Error if pictures differ in size or channels and no option says what to make of them, or none can be read
 */
export async function packPictures(directory: string, files: readonly string[], options: OpenImagesOptions): Promise<string> {
  const { default: sharp } = await import("sharp");
  const { imageSize, colour, cache } = options;
  const how = ["pictures 1", JSON.stringify(sharp.versions), String(imageSize), String(colour)];
  const which = files.map((file) => `${file} ${identity(join(directory, file))}`);
  return madeOnce([...how, ...which], (path) => pack(path, directory, files, options), cache);
}

/**
 * What a pack holds, and what it had to leave out.
 *
 * @throws Error naming and counting the damaged pictures, unless `skipBad`
 */
export function readPack(path: string, directory: string, { skipBad = false }: OpenImagesOptions): Omit<Account, "bad"> & { readonly skipped: readonly string[] } {
  const { size } = statSync(path);
  const tail = new Uint8Array(lengthBytes);
  readFilePart(path, size - lengthBytes, tail);
  const text = new Uint8Array(Number(new DataView(tail.buffer).getBigUint64(0)));
  readFilePart(path, size - lengthBytes - text.length, text);
  const { image, good, bad } = JSON.parse(new TextDecoder().decode(text)) as Account;
  if (bad.length === 0 || skipBad) return { image, good, skipped: bad };
  const shown = bad.length > 10 ? [...bad.slice(0, 10), `… and ${bad.length - 10} more`] : bad;
  throw new Error(
    `${directory}: expected ${good.length + bad.length} whole pictures, got ${bad.length} damaged ones:\n  ${shown.join("\n  ")}\nrepair or remove them, or go on without them (--skip-bad)`,
  );
}

async function pack(to: string, directory: string, files: readonly string[], options: OpenImagesOptions): Promise<void> {
  const good: number[] = [];
  const bad: string[] = [];
  let first: { readonly file: string; readonly info: PictureInfo } | undefined;
  const descriptor = openSync(to, "w");
  const write = (bytes: Uint8Array): void => {
    // One call may write less than asked.
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  };
  try {
    for (let from = 0; from < files.length; from += together) {
      const some = files.slice(from, from + together);
      const decoded = await Promise.all(some.map((file) => decode(join(directory, file), options)));
      for (const [i, result] of decoded.entries()) {
        const file = join(directory, some[i] ?? "");
        if (typeof result === "string") {
          bad.push(`${file}: ${result}`);
          continue;
        }
        first ??= { file, info: result.info };
        checkAlike(file, result.info, first, options);
        good.push(from + i);
        write(result.pixels);
      }
    }
    if (!first) throw new Error(`${directory}: expected pictures that can be read, got ${bad.length} that cannot, such as ${bad[0] ?? "none"}; check the files`);
    const { imageSize, colour = first.info.colour } = options;
    const image = [colour === "grey" ? 1 : 3, imageSize ?? first.info.height, imageSize ?? first.info.width] as const;
    const account = new TextEncoder().encode(JSON.stringify({ image, good, bad } satisfies Account));
    const length = new DataView(new ArrayBuffer(lengthBytes));
    length.setBigUint64(0, BigInt(account.length));
    write(account);
    write(new Uint8Array(length.buffer));
  } finally {
    closeSync(descriptor);
  }
}

/** A picture, or why it cannot be read. */
async function decode(path: string, options: OpenImagesOptions): Promise<{ readonly info: PictureInfo; readonly pixels: Uint8Array } | string> {
  try {
    const info = await pictureInfo(path);
    return { info, pixels: await picturePixels(path, info, options) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.replaceAll(/\s+/g, " ").trim();
  }
}

/** All pictures must have the size and the channels of the first, unless they are given some. */
function checkAlike(file: string, info: PictureInfo, first: { readonly file: string; readonly info: PictureInfo }, { imageSize, colour }: OpenImagesOptions): void {
  const size = ({ width, height }: PictureInfo): string => `${width} × ${height}`;
  if (imageSize === undefined && size(info) !== size(first.info)) {
    throw new Error(`${file}: expected ${size(first.info)} pixels as in ${first.file}, got ${size(info)}; say which size all get (--image-size)`);
  }
  if (colour === undefined && info.colour !== first.info.colour) {
    const channels = { grey: "1 channel", rgb: "3 channels" };
    throw new Error(`${file}: expected ${channels[first.info.colour]} as in ${first.file}, got ${channels[info.colour]}; say what all become (--colour grey or --colour rgb)`);
  }
}
