/** @file `@fluxion/node`: Fluxion on Node.js. */
export type { NodeRuntimeOptions } from "./runtime.ts";
export { nodeRuntime } from "./runtime.ts";
