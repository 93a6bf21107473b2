import { availableParallelism } from "node:os";
import { checkFeeds, largestWork, lower, typedData } from "@fluxion/graph";
import type { CompileOptions, DType, Executable, HostTensor, Program, Runtime } from "@fluxion/graph";
import * as ort from "onnxruntime-node";

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
      const session = await ort.InferenceSession.create(lower(program), sessionOptions(chosen));
      return executable(program, session, chosen);
    },
  });
}

/** The cores available, at most 8. */
export const defaultThreads = (): number => Math.min(8, availableParallelism());

/** The threads that the work of a program is worth. */
export function threadsFor(program: Program, sizes: CompileOptions["sizes"], most = defaultThreads()): number {
  return largestWork(program, sizes) < threadingThreshold ? 1 : most;
}

/** How every session runs. */
export const sessionOptions = (threads: number): ort.InferenceSession.SessionOptions => ({
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  // Patterns of memory reuse make the first calls of large programs several times slower and double their memory.
  enableMemPattern: false,
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
});

/** A session of a program as the runtime interface has it. */
export function executable(program: Program, session: ort.InferenceSession, threads: number): Executable {
  let released = false;
  // Keep what running needs; the graph itself may go.
  const { name, inputs, outputs } = program;
  const signature = { name, inputs };
  const results = Object.entries(outputs).map(([key, { dtype }]) => ({ key, dtype }));
  return {
    threads,
    run: async (feeds) => {
      if (released) throw new Error(`${name}: this program was disposed of; compile it again`);
      checkFeeds(signature, feeds);
      const values = await session.run(
        Object.fromEntries(Object.entries(inputs).map(([key, { dtype }]) => [key, toOrt(dtype, feeds[key])])),
      );
      return Object.fromEntries(results.map(({ key, dtype }) => [key, fromOrt(dtype, values[key])]));
    },
    dispose: async () => {
      if (released) return;
      released = true;
      await session.release();
    },
  };
}

function toOrt(dtype: DType, feed: HostTensor | undefined): ort.Tensor {
  if (!feed) throw new Error("internal: a feed went missing");
  const { shape, data } = feed;
  switch (dtype) {
    case "float32":
      return new ort.Tensor("float32", typedData(data, dtype) as Float32Array, shape);
    case "float64":
      return new ort.Tensor("float64", typedData(data, dtype) as Float64Array, shape);
    case "int32":
      return new ort.Tensor("int32", typedData(data, dtype) as Int32Array, shape);
    case "int64":
      return new ort.Tensor("int64", typedData(data, dtype) as BigInt64Array, shape);
    case "uint8":
    case "bool":
      return new ort.Tensor(dtype, typedData(data, dtype) as Uint8Array, shape);
  }
}

function fromOrt(dtype: DType, value: ort.Tensor | undefined): HostTensor {
  if (!value) throw new Error("internal: ONNX Runtime returned no such output");
  return { dtype, shape: value.dims, data: value.data as HostTensor["data"] };
}
