/** @file A page that computes for the tests: they name a runtime and send it programs. */
import * as graph from "@fluxion/graph";
import type { Executable, HostTensor, Runtime } from "@fluxion/graph";
import { webRuntime, workerRuntime } from "@fluxion/web";
import type { WebRuntimeOptions, WorkerRuntime } from "@fluxion/web";
import { leaks } from "./leaks.ts";
import { runFlow } from "./runs.ts";
import { troubles } from "./troubles.ts";

const makeWorker = (): Worker => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

let runtime: Runtime | undefined;
const executables: Executable[] = [];

/** The GPU devices that were opened, so that they can be lost. */
const gpus: { destroy(): void }[] = [];
const { GPUAdapter: adapter } = self as unknown as { GPUAdapter?: { prototype: { requestDevice: (...all: unknown[]) => Promise<{ destroy(): void }> } } };
if (adapter) {
  const { requestDevice } = adapter.prototype;
  adapter.prototype.requestDevice = async function (...all) {
    const device = await requestDevice.apply(this, all);
    gpus.push(device);
    return device;
  };
}

const current = (): Runtime => {
  if (!runtime) throw new Error("open() comes first");
  return runtime;
};

/** What the tests call. */
export const page = {
  open: async ({ worker = false, ...options }: WebRuntimeOptions & { worker?: boolean }) => {
    const all = { wasmPaths: "/ort/", ...options };
    runtime = worker ? await workerRuntime({ ...all, worker: makeWorker }) : await webRuntime(all);
    return runtime.device;
  },
  compile: async (program: Uint8Array) => executables.push(await current().compile(graph.loadProgram(program))) - 1,
  run: (executable: number, feeds: Record<string, HostTensor>) => executables[executable]?.run(feeds),
  dispose: (executable: number) => executables[executable]?.dispose(),
  runFlow: (options: Parameters<typeof runFlow>[1]) => runFlow(current(), options),
  trouble: (name: keyof typeof troubles) => troubles[name](current() as WorkerRuntime, gpus),
  leaks: (options: Parameters<typeof leaks>[1]) => leaks(current(), options),
};

// Programs are loaded by the names of their ops: all of them.
Object.assign(self, { page, graph });
