import { availableParallelism } from "node:os";
import { largestWork, lower, modelSignature } from "@fluxion/graph";
import type { CompileOptions, LoadedModel, Program, Runtime } from "@fluxion/graph";
import { executable, openSession } from "./executable.ts";

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
  return Promise.resolve({
    device: { kind: "cpu", name: "onnxruntime-node", threads: most },
    compile: async (program, options = {}) => {
      const chosen = options.threads ?? threadsFor(program, options.sizes, most);
      // Its fusion of scales into products rounds them to float32.
      const optimization = hasDoubles(program) ? "basic" : "all";
      const session = await openSession(lower(program, { target: options.target }), chosen, { graphOptimizationLevel: optimization });
      return executable(program, session, chosen);
    },
    load: (model, { name = "model", threads: wanted = most } = {}) => load(model, name, wanted),
  });
}

/** The cores available, at most 8. */
const defaultThreads = (): number => Math.min(8, availableParallelism());

/** The threads that the work of a program is worth. */
export function threadsFor(program: Program, sizes: CompileOptions["sizes"], most = defaultThreads()): number {
  return largestWork(program, sizes) < threadingThreshold ? 1 : most;
}

const hasDoubles = ({ inputs, outputs }: Program): boolean =>
  [...Object.values(inputs), ...Object.values(outputs)].some(({ dtype }) => dtype === "float64");

async function load(model: Uint8Array, name: string, threads: number): Promise<LoadedModel> {
  const signature = modelSignature(model, name);
  const session = await openSession(model, threads).catch((error: unknown) => {
    throw new Error(`${name}: ONNX Runtime does not take this model: ${(error as Error).message}`, { cause: error });
  });
  return { ...signature, ...executable(signature, session, threads) };
}
