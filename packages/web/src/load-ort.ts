/** @file ONNX Runtime's module for a device, set up once: its WebAssembly starts with its first session and stays. */
import type * as wasm from "onnxruntime-web/wasm";

/** Where ONNX Runtime's files are: a directory's URL ending in a slash, or the URL of each. */
export type WasmPaths = string | { readonly mjs?: string | undefined; readonly wasm?: string | undefined };

/** How ONNX Runtime is set up, once in a page or worker. */
export interface Setup {
  readonly threads: number;
  readonly wasmPaths?: WasmPaths | undefined;
}

type Ort = typeof wasm;

/** The builds of ONNX Runtime by device. */
const modules = {
  wasm: (): Promise<Ort> => import("onnxruntime-web/wasm"),
  webgpu: (): Promise<Ort> => import("onnxruntime-web/webgpu"),
};

const settled = new Map<keyof typeof modules, Setup>();

/**
 * Loads ONNX Runtime for a device.
 *
 * @throws RangeError if it already runs here with another number of threads
 */
export async function loadOrt(kind: keyof typeof modules, setup: Setup): Promise<Ort> {
  const before = settled.get(kind);
  if (before && before.threads !== setup.threads) {
    throw new RangeError(
      `webRuntime: threads: expected ${String(before.threads)}, which ONNX Runtime already runs with in this page, got ${String(setup.threads)}; use a worker for another number`,
    );
  }
  const ort = await modules[kind]();
  if (before) return ort;
  settled.set(kind, setup);
  const { threads, wasmPaths } = setup;
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = threads;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths as NonNullable<typeof ort.env.wasm.wasmPaths>;
  return ort;
}
