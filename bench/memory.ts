/** @file Memory of this process, as Linux counts it. */
import { readFileSync, writeFileSync } from "node:fs";

function megabytes(field: string): number {
  const line = readFileSync("/proc/self/status", "utf8").split("\n").find((each) => each.startsWith(`${field}:`));
  const kilobytes = Number(line?.match(/\d+/)?.[0]);
  if (!Number.isFinite(kilobytes)) throw new Error(`memory: expected ${field} in /proc/self/status, got none`);
  return (kilobytes * 1024) / 1e6;
}

/** What the system gives the process now, in megabytes, after a collection where node runs with --expose-gc. */
export function residentMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1e6;
}

/**
 * The most that it had since `forgetPeak`, in megabytes.
 *
 * @throws Error where there is no /proc
 */
export const peakMegabytes = (): number => megabytes("VmHWM");

/** Starts the peak again from what the process has now. */
export function forgetPeak(): void {
  if (process.platform !== "linux") throw new Error(`memory: expected Linux, whose peaks can be started again, got ${process.platform}`);
  writeFileSync("/proc/self/clear_refs", "5");
}
