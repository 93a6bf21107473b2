export { writeAtomic } from "./atomic.ts";
export { lockRun } from "./lock.ts";
export type { Metric, Run, RunRecord } from "./run.ts";
export { createRun, openRun } from "./run.ts";
