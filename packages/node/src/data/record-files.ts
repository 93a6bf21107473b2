/** @file Images that lie at known places of files, and are read from there. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { imageSize } from "fluxion";
import type { ImageReader } from "fluxion";

/** Images of one size one after the other in a file. */
export interface RecordFile {
  readonly path: string;
  /** Bytes of the whole file; a file that has another size when it is read has changed. */
  readonly size: number;
  /** Where the first image begins. */
  readonly start: number;
  /** From the beginning of one image to that of the next. Default: nothing stands between. */
  readonly stride?: number | undefined;
  readonly count: number;
  /** Whether the channels of a pixel stand together, `[height, width, channels]`. Default false: `[channels, height, width]`. */
  readonly interleaved?: boolean | undefined;
}

/**
 * Images of files, by number through all files. Nothing is kept in memory: each image is read when it is asked for, and files
 * are open only meanwhile.
 *
 * @param image - `[channels, height, width]` of every image
 */
export function recordReader(files: readonly RecordFile[], image: readonly [number, number, number]): ImageReader {
  const first = files.map((_, i) => files.slice(0, i).reduce((sum, { count }) => sum + count, 0));
  const shape = [files.reduce((sum, { count }) => sum + count, 0), ...image] as const;
  const size = imageSize(shape);
  const read = (images: ArrayLike<number>, out: Uint8Array): void => {
    const open = new Map<number, number>();
    try {
      Array.from(images).forEach((number, i) => {
        const at = first.findLastIndex((start) => number >= start);
        const file = files[at];
        if (!file || number >= shape[0]) throw new RangeError(`image: expected a number from 0 to ${shape[0] - 1}, got ${number}`);
        const descriptor = open.get(at) ?? openWhole(file);
        open.set(at, descriptor);
        const place = out.subarray(i * size, (i + 1) * size);
        readAt(descriptor, file, file.start + (number - (first[at] ?? 0)) * (file.stride ?? size), place);
        if (file.interleaved === true) place.set(planes(place, image));
      });
    } finally {
      for (const descriptor of open.values()) closeSync(descriptor);
    }
  };
  return { shape, read };
}

/** The bytes of a file from `position`, as many as `out` takes. */
export function readFilePart(path: string, position: number, out: Uint8Array): void {
  const descriptor = openSync(path, "r");
  try {
    readAt(descriptor, { path }, position, out);
  } finally {
    closeSync(descriptor);
  }
}

function openWhole({ path, size }: RecordFile): number {
  const descriptor = openSync(path, "r");
  const now = fstatSync(descriptor).size;
  if (now === size) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path}: expected ${size} bytes as when it was opened, got ${now}; leave data files alone while they are in use`);
}

function readAt(descriptor: number, { path }: Pick<RecordFile, "path">, position: number, out: Uint8Array): void {
  // One call may read less than asked.
  for (let done = 0; done < out.length; ) {
    const got = readSync(descriptor, out, done, out.length - done, position + done);
    if (got === 0) throw new Error(`${path}: expected ${out.length} bytes from ${position}, got ${done}; the file is incomplete, fetch it again`);
    done += got;
  }
}

/** `[height, width, channels]` as `[channels, height, width]`. */
function planes(pixels: Uint8Array, [channels, height, width]: readonly [number, number, number]): Uint8Array {
  const area = height * width;
  return pixels.map((_, i) => pixels[(i % area) * channels + Math.floor(i / area)] ?? 0);
}
