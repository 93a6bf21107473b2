/** @file Single files out of a tar archive. */
import { basename, join } from "node:path";
import { writeAtomic } from "../runs/atomic.ts";
import { readDataFile } from "./read-file.ts";

const block = 512;

/**
 * Writes the regular files of a tar archive (gzip or not) that have one of these names, in whatever folder of the archive, into a
 * directory, each whole or not at all. Nothing else is written, whatever the archive says.
 *
 * @throws Error naming the archive if it is damaged or a name is missing, or the file that could not be written
 */
export function untar(path: string, names: readonly string[], directory: string): void {
  const bytes = readDataFile(path);
  const missing = new Set(names);
  for (let at = 0; at + block <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + block);
    const size = Number.parseInt(text(header, 124, 12).trim(), 8);
    if (checksum(header) !== Number.parseInt(text(header, 148, 8).trim(), 8) || !(at + block + size <= bytes.length)) {
      throw new Error(`${path}: expected a whole tar archive, got a damaged one at byte ${at}; fetch it again`);
    }
    const name = basename(text(header, 0, 100));
    const regular = header[156] === 0x30 || header[156] === 0;
    if (regular && missing.delete(name)) writeAtomic(join(directory, name), bytes.subarray(at + block, at + block + size));
    at += block + Math.ceil(size / block) * block;
  }
  if (missing.size > 0) throw new Error(`${path}: expected ${names.join(", ")}, got an archive without ${[...missing].join(", ")}; fetch it again`);
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** The sum of the header's bytes, in which its checksum counts as spaces. */
const checksum = (header: Uint8Array): number => header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
