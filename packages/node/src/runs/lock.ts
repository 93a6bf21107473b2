import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Keeps two processes from training one run; the lock of a process that is gone is taken over.
 *
 * @returns a function that unlocks
 * @throws Error naming the process that holds it
 */
export function lockRun(directory: string): () => void {
  const path = join(directory, "lock");
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause;
    const holder = Number(readFileSync(path, "utf8"));
    if (holder !== process.pid && isAlive(holder)) {
      throw new Error(`${directory}: process ${String(holder)} is training this run; wait for it, or stop it first`, { cause });
    }
    writeFileSync(path, String(process.pid));
  }
  return () => {
    rmSync(path, { force: true });
  };
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
