import { availableParallelism } from "node:os";
import { largestWork } from "@fluxion/graph";
import type { CompileOptions, Program, Runtime } from "@fluxion/graph";
import { sessionRuntime } from "@fluxion/ort";
import { channelBlock } from "./channel-block.ts";
import { openSession } from "./open-session.ts";

/** Options of `nodeRuntime`. */
export interface NodeRuntimeOptions {
  /** Threads for large work, from 1. Default: the cores available, at most 8. Small work always runs on one. */
  readonly threads?: number | undefined;
}

/** Below this many floating-point operations in the largest op a second thread costs more than it brings (measured). */
const threadingThreshold = 25e6;

/**
 * ONNX Runtime's CPU kernels, from `onnxruntime-node`.
 *
 * @throws RangeError if `threads` is not a whole number from 1
 */
export function nodeRuntime({ threads }: NodeRuntimeOptions = {}): Promise<Runtime> {
  const most = threads ?? defaultThreads();
  if (!Number.isInteger(most) || most < 1) {
    return Promise.reject(new RangeError(`nodeRuntime: expected threads to be a whole number from 1, got ${String(threads)}`));
  }
  return Promise.resolve(
    sessionRuntime({
      device: { kind: "cpu", name: "onnxruntime-node", threads: most },
      open: (model, { threads: chosen, optimization }) => openSession(model, chosen, { graphOptimizationLevel: optimization }),
      channelBlock,
      threadsFor: (program, options) => options.threads ?? threadsFor(program, options.sizes, most),
    }),
  );
}

/** The cores available, at most 8. */
const defaultThreads = (): number => Math.min(8, availableParallelism());

/** The threads that the work of a program is worth. */
export function threadsFor(program: Program, sizes: CompileOptions["sizes"], most = defaultThreads()): number {
  return largestWork(program, sizes) < threadingThreshold ? 1 : most;
}
