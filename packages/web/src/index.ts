/** @file `@fluxion/web`: Fluxion in the browser. */
export type { WasmPaths } from "./load-ort.ts";
export type { WebRuntimeOptions } from "./runtime.ts";
export { webRuntime } from "./runtime.ts";
