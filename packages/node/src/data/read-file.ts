import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Most bytes that a compressed file may unpack to. */
const MAX_UNPACKED_BYTES = 2 ** 32 - 1;

/**
 * The bytes of a data file, unpacked if they begin like a gzip file, whatever the file is called.
 * @throws Error naming the path if it is missing, no file, unreadable or a damaged gzip file.
 */
export function readDataFile(path: string): Uint8Array {
  const bytes = readBytes(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return plain(bytes);
  try {
    return plain(gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }));
  } catch (cause) {
    throw notGzip(path, cause);
  }
}

/**
 * The bytes of a file as they are.
 * @throws Error naming the path if it is missing, no file or unreadable
 */
export function readPlainFile(path: string): Uint8Array {
  return plain(readBytes(path));
}

/** The first bytes of a file, at most `most`. */
export function readFileStart(path: string, most: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(most);
    return bytes.subarray(0, readSync(file, bytes, 0, most, 0));
  } finally {
    closeSync(file);
  }
}

/** Whether a file begins like a gzip file, whatever it is called. */
export function isGzip(path: string): boolean {
  const [first, second] = readFileStart(path, 2);
  return first === 0x1f && second === 0x8b;
}

function readBytes(path: string): Uint8Array {
  try {
    if (statSync(path).isFile()) return readFileSync(path);
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new Error(
      `${path}: expected a file, got ${missing ? "nothing there" : reason(cause)}; check the path and its permissions`,
      { cause },
    );
  }
  throw new Error(`${path}: expected a file, got a directory or device; give the path of one file`);
}

/** The same bytes without the methods of a Node buffer, whose `slice` does not copy. */
function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The error for a gzip file that does not unpack. */
export function notGzip(path: string, cause: unknown): Error {
  return new Error(`${path}: expected a whole gzip file, got one that does not unpack (${reason(cause)}); fetch it again`, { cause });
}
