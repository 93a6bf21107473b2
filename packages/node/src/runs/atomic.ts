import { appendFileSync, closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

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
    throw notWritten(path, cause, "what was there before is kept");
  }
}

/**
 * Adds a line to a file.
 *
 * @throws Error naming the file and the cause, such as a full disk
 */
export function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (cause) {
    throw notWritten(path, cause, "what is saved stays as it is");
  }
}

/** The error for a file that could not be written. */
export function notWritten(path: string, cause: unknown, kept: string): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${path}: could not be written: ${reason}; ${kept}; free space or choose another place`, { cause });
}

/** Whether an error is of the file system, as of a full disk. */
export const isFileError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EFBIG", "EROFS"].includes(String(error.code));

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
