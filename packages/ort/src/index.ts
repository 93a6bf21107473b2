/** @file `@fluxion/ort`: what the runtimes on ONNX Runtime share; `@fluxion/node` and `@fluxion/web` are the ones to use. */
export type { ExecutableOptions } from "./executable.ts";
export { executable } from "./executable.ts";
export type { Lowered } from "./lowered.ts";
export { lowerFor } from "./lowered.ts";
export type { Place } from "./on-device.ts";
export type { OpenOptions, Sessions } from "./session-runtime.ts";
export { openLowered, sessionRuntime } from "./session-runtime.ts";
