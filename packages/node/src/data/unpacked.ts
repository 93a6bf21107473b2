/** @file Files that are made once and kept in a cache: what cannot be read by position, in a form that can. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { isFileError, notWritten } from "../runs/atomic.ts";

/** Where image sets are unpacked to: `$XDG_CACHE_HOME/fluxion/images`. */
export const imageCache = (): string => cacheDirectory("images");

/** What names a file and its content without reading it: path, size and time of the last change. */
export function identity(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${resolve(path)} ${size} ${mtimeMs}`;
}

/**
 * The file of the cache that `make` writes for these names, made if it is not there. It appears whole or not at all.
 *
 * @throws Error as `make`, or if the cache cannot be written
 */
export async function madeOnce(
  names: readonly string[],
  make: (path: string) => Promise<void>,
  directory: string = imageCache(),
): Promise<string> {
  const path = join(directory, createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 32));
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw isFileError(error) ? notWritten(path, error, "nothing is left of it") : error;
  }
  return path;
}
