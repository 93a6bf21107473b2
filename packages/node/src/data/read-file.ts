import { existsSync, readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * The bytes of a file, unpacked if it is gzip by its first bytes.
 *
 * @throws Error naming the path if there is no such file or its gzip data are broken
 */
export function readBytes(path: string): Uint8Array {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new Error(`${path}: expected a file, got ${existsSync(path) ? "a directory" : "nothing"}; check the path`);
  }
  const bytes = readFileSync(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path}: expected complete gzip data, got ${reason}; fetch the file again`, { cause });
  }
}
