import { availableParallelism } from "node:os";
import { largestWork } from "@fluxion/graph";
import type { CompileOptions, Program, Runtime } from "@fluxion/graph";
import { sessionRuntime } from "@fluxion/ort";
import { channelBlock } from "./channel-block.ts";
import { deviceNames, explainFailure, findDevice, hasFloat16, readBy, sessionOptions } from "./devices/index.ts";
import type { DeviceChoice, NodeDevice } from "./devices/index.ts";
import { openSession } from "./open-session.ts";

/** Options of `nodeRuntime`. */
export interface NodeRuntimeOptions {
  /**
   * What to compute on: `webgpu` is any GPU, `cuda` needs a provider of its own and is untested, `auto` is the best there
   * is. Default `cpu`.
   */
  readonly device?: DeviceChoice | undefined;
  /** CPU threads for large work, from 1. Default: the cores available, at most 8. Small work always runs on one. */
  readonly threads?: number | undefined;
}

/** A runtime that says more of its device. */
export interface NodeRuntime extends Runtime {
  readonly device: NodeDevice;
}

/** Below this many floating-point operations in the largest op a second thread costs more than it brings (measured). */
const threadingThreshold = 25e6;

/**
 * ONNX Runtime, from `onnxruntime-node`. On a GPU nothing falls to the CPU but what is the host's: loops, whose bodies run
 * on the GPU, and sizes of named dimensions.
 *
 * @throws RangeError if `threads` is not a whole number from 1, or the device is unknown
 * @throws Error if the device that was asked for is absent, saying how to get it
 */
export async function nodeRuntime({ device: asked = "cpu", threads }: NodeRuntimeOptions = {}): Promise<NodeRuntime> {
  const most = threads ?? defaultThreads();
  if (!Number.isInteger(most) || most < 1) {
    throw new RangeError(`nodeRuntime: expected threads to be a whole number from 1, got ${String(threads)}`);
  }
  const { kind, notes } = await findDevice(asked);
  // A GPU is only directed by the CPU.
  const device: NodeDevice = { kind, name: deviceNames[kind], threads: kind === "cpu" ? most : 1, notes };
  let float16: Promise<boolean> | undefined;
  const runtime = sessionRuntime({
    device,
    open: (model, { threads: chosen, optimization, ...use }) =>
      openSession(model, chosen, { graphOptimizationLevel: optimization, ...sessionOptions(kind, use) }),
    ...(kind === "cpu" && { channelBlock }),
    ...(kind === "webgpu" && { hasFloat16: () => (float16 ??= hasFloat16(kind)) }),
    download: readBy((model) => openSession(model, 1, sessionOptions(kind, { strict: true }))),
    threadsFor: (program, options) => (kind === "cpu" ? (options.threads ?? threadsFor(program, options.sizes, most)) : 1),
    explain: (error, name) => explainFailure(error, name, kind),
  });
  return { ...runtime, device };
}

/** The cores available, at most 8. */
const defaultThreads = (): number => Math.min(8, availableParallelism());

/** The threads that the work of a program is worth. */
export function threadsFor(program: Program, sizes: CompileOptions["sizes"], most = defaultThreads()): number {
  return largestWork(program, sizes) < threadingThreshold ? 1 : most;
}
