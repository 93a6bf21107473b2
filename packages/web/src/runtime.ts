import type { Device, HostTensor, Runtime } from "@fluxion/graph";
import { sessionRuntime } from "@fluxion/ort";
import type { OpenOptions, Sessions } from "@fluxion/ort";
import type { InferenceSession } from "onnxruntime-web/wasm";
import type { FoundAdapter } from "./adapter.ts";
import { findAdapter } from "./adapter.ts";
import { explainFailure } from "./errors.ts";
import { GpuWatch } from "./gpu-loss.ts";
import type { WasmPaths } from "./load-ort.ts";
import { loadOrt } from "./load-ort.ts";
import { availableThreads, chooseThreads } from "./threads.ts";

/** Options of `webRuntime`. */
export interface WebRuntimeOptions {
  /** `auto` is WebGPU where there is a GPU, and WebAssembly elsewhere. Default `auto`. */
  readonly device?: "wasm" | "webgpu" | "auto" | undefined;
  /** Threads of WebAssembly, from 1; more than one needs cross-origin isolation. Default: all cores, at most 8. */
  readonly threads?: number | undefined;
  /** Where ONNX Runtime's `.wasm` and `.mjs` are. Default: beside the code that imports it, as bundlers put them. */
  readonly wasmPaths?: WasmPaths | undefined;
}

const devices = ["wasm", "webgpu", "auto"] as const;

/**
 * ONNX Runtime in this page or worker, from `onnxruntime-web`: WebAssembly with SIMD and threads, or WebGPU. `device` tells
 * which, and why no faster one.
 *
 * @throws RangeError for an unknown device, or threads that cannot be had here
 * @throws Error if WebGPU was asked for and there is none, saying how to get it
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
  return sessionRuntime(await webSessions(options));
}

/** The sessions of this page or worker. */
export async function webSessions(options: WebRuntimeOptions): Promise<Sessions> {
  const { device = "auto", threads, wasmPaths } = options;
  if (!devices.includes(device)) {
    throw new RangeError(`webRuntime: device: expected ${devices.join(", ")}, got "${device as string}"`);
  }
  const { chosen, float16 } = await chooseDevice(device, threads);
  const ort = await loadOrt(chosen.kind, { threads: chosen.threads, wasmPaths });
  const watch = chosen.kind === "webgpu" ? new GpuWatch(ort.env.webgpu) : undefined;
  const open = (model: Uint8Array, { optimization, resident, strict }: OpenOptions): Promise<InferenceSession> => {
    const opening = ort.InferenceSession.create(model, {
      executionProviders: [chosen.kind],
      executionMode: "sequential",
      // As on Node: the first calls of large programs are slower with it.
      enableMemPattern: false,
      graphOptimizationLevel: optimization,
      logSeverityLevel: 3,
      ...(chosen.kind === "webgpu" && onGpu(resident, strict)),
    });
    return watch ? watch.watch(opening) : opening;
  };
  return {
    device: chosen,
    open,
    explain: (error, name) => explainFailure(error, name, chosen.kind),
    ...(chosen.kind === "webgpu" && { hasFloat16: () => Promise.resolve(float16) }),
    download: async (tensor) => {
      const data = tensor.getData(true) as Promise<HostTensor["data"]>;
      return (watch ? watch.unlessLost(data) : data).catch((error: unknown) => {
        throw explainFailure(error, "read", chosen.kind);
      });
    },
    threadsFor: (program, { threads: asked = chosen.threads }) => {
      if (asked === chosen.threads) return asked;
      throw new RangeError(
        `${program.name}: threads: expected ${String(chosen.threads)}, the one number that this runtime computes with, got ${String(asked)}`,
      );
    },
  };
}

/** What is asked for stays on the GPU, and nothing falls back to the CPU unasked. */
const onGpu = (resident: readonly string[], strict: boolean): object => ({
  preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])),
  extra: { session: { disable_cpu_ep_fallback: strict ? "1" : "0" } },
});

interface WebDevice extends Device {
  readonly kind: "wasm" | "webgpu";
}

async function chooseDevice(asked: "wasm" | "webgpu" | "auto", threads: number | undefined): Promise<{ readonly chosen: WebDevice; readonly float16: boolean }> {
  const found = asked === "wasm" ? undefined : await findAdapter();
  if (asked === "webgpu" && found && "why" in found) throw new Error(`webRuntime: device "webgpu": ${found.why}, or ask for "wasm"`);
  if (found && "name" in found && (asked === "webgpu" || !found.software)) {
    // WebAssembly only directs the GPU.
    return { chosen: { kind: "webgpu", name: `onnxruntime-web, ${found.name}`, threads: 1 }, float16: found.float16 };
  }
  const available = availableThreads();
  const count = chooseThreads(threads, available);
  const notes = [...(found ? [whyNoGpu(found)] : []), ...(count === 1 && available.why !== undefined ? [available.why] : [])];
  return { chosen: { kind: "wasm", name: "onnxruntime-web", threads: count, notes }, float16: true };
}

const whyNoGpu = (found: FoundAdapter): string =>
  "why" in found ? found.why : `no GPU: WebGPU is there, but in software (${found.name}), which is slower than WebAssembly; ask for "webgpu" to use it all the same`;
