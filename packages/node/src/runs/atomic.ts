import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

/**
 * Writes a file all or nothing: to a temporary name beside it, flushed, then renamed. Whatever happens, the file is the
 * old one or the new one.
 *
 * @throws Error naming the file and the cause, such as a full disk
 */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    writeAll(temporary, typeof content === "string" ? new TextEncoder().encode(content) : content);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path}: could not be written: ${reason}; what was there before is kept; free space or choose another place`, {
      cause,
    });
  }
}

function writeAll(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  try {
    // One call may write less than asked.
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
