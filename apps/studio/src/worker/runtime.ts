import type { Runtime } from "@fluxion/graph";
import { webRuntime } from "@fluxion/web";

/** What computes: WebAssembly everywhere, or the GPU where there is one. */
export type Engine = "wasm" | "webgpu";

/** ONNX Runtime in this worker. */
export const openRuntime = (engine: Engine): Promise<Runtime> => webRuntime({ device: engine });
