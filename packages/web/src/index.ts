/** @file `@fluxion/web`: Fluxion in the browser. */
export { DeviceLostError, OutOfMemoryError } from "./errors.ts";
export type { WasmPaths } from "./load-ort.ts";
export type { WebRuntimeOptions } from "./runtime.ts";
export { webRuntime } from "./runtime.ts";
export { serveRuntime } from "./serve-runtime.ts";
export type { WorkerRuntime, WorkerRuntimeOptions } from "./worker-runtime.ts";
export { workerRuntime } from "./worker-runtime.ts";
