import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { isFileError } from "../runs/atomic.ts";
import { notGzip } from "./read-file.ts";

/**
 * Unpacks a gzip file to another one, a piece at a time.
 *
 * @throws Error naming `path` if it is damaged; that of the file system if `to` cannot be written
 */
export async function gunzipTo(path: string, to: string): Promise<void> {
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(to));
  } catch (cause) {
    throw isFileError(cause) ? cause : notGzip(path, cause);
  }
}
