/** @file Image sets in several files. */
import type { ImageSet, OpenImagesOptions } from "./formats/image-format.ts";
import type { RecordFile } from "./record-files.ts";
import { recordReader } from "./record-files.ts";

/** The images of one file. */
export interface ImagePart {
  readonly records: RecordFile;
  /** `[channels, height, width]`. */
  readonly image: readonly [number, number, number];
  readonly labels?: Uint8Array | Int32Array | undefined;
}

/**
 * The parts of a set as one, in this order.
 *
 * @param open - opens a file; what it throws tells why the file is damaged
 * @throws Error naming and counting the damaged files; with `skipBad` only if no file is whole
 */
export async function openParts(
  source: string,
  files: readonly string[],
  open: (file: string) => ImagePart | Promise<ImagePart>,
  { skipBad = false }: OpenImagesOptions,
): Promise<ImageSet> {
  const parts: ImagePart[] = [];
  const bad: string[] = [];
  for (const file of files) {
    try {
      const part = await open(file);
      const [first = part] = parts;
      if (part.image.join() !== first.image.join()) {
        throw new Error(`${file}: expected images [${first.image.join(", ")}] as in ${first.records.path}, got [${part.image.join(", ")}]; give files of one set`);
      }
      parts.push(part);
    } catch (error) {
      bad.push(error instanceof Error ? error.message : String(error));
    }
  }
  const [first] = parts;
  if (!first || (bad.length > 0 && !skipBad)) throw badFiles(source, files.length, bad);
  const labels = joined(parts.map(({ labels: some }) => some));
  return { reader: recordReader(parts.map(({ records }) => records), first.image), ...(labels && { labels }), skipped: bad };
}

function badFiles(source: string, count: number, bad: readonly string[]): Error {
  const [only = "no file"] = bad;
  if (count === 1) return new Error(only);
  const advice = bad.length < count ? "fetch them again, or go on without them (--skip-bad)" : "fetch them again";
  return new Error(`${source}: expected ${count} whole files, got ${bad.length} damaged ones:\n  ${bad.join("\n  ")}\n${advice}`);
}

/** Labels of all parts, if every part has some. */
function joined(parts: readonly (Uint8Array | Int32Array | undefined)[]): Uint8Array | Int32Array | undefined {
  const labels = parts.filter((part) => part !== undefined);
  if (labels.length < parts.length) return undefined;
  const count = labels.reduce((sum, { length }) => sum + length, 0);
  const out = labels.every((part) => part instanceof Uint8Array) ? new Uint8Array(count) : new Int32Array(count);
  let at = 0;
  for (const part of labels) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
