/** @file Runs of an ONNX Runtime session, of a traced program or a loaded model: checks, conversions, disposal. */
import { checkFeeds, fromFloat16, toFloat16, typedData } from "@fluxion/graph";
import type { Executable, HostTensor, ModelDType, ModelSignature } from "@fluxion/graph";
import * as ort from "onnxruntime-node";

/**
 * Opens a session.
 *
 * @param model - the bytes of an ONNX file
 * @param more - options of ONNX Runtime beside those of every session
 */
export function openSession(
  model: Uint8Array,
  threads: number,
  more: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Patterns of memory reuse make the first calls of large programs several times slower and double their memory.
    enableMemPattern: false,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...more,
  });
}

/** The runs of a session with what `signature` says goes in and comes out; it keeps no more than that of it. */
export function executable(
  { name, inputs, outputs }: ModelSignature,
  session: ort.InferenceSession,
  threads: number,
): Executable & { readonly threads: number } {
  let released = false;
  const types = (values: ModelSignature["inputs"]): [string, ModelDType][] =>
    Object.entries(values).map(([key, { dtype }]) => [key, dtype]);
  const signature = { name, inputs };
  const given = types(inputs);
  const results = types(outputs);
  return {
    threads,
    run: async (feeds) => {
      if (released) throw new Error(`${name}: this was disposed of; compile or load it again`);
      checkFeeds(signature, feeds);
      const values = await session.run(Object.fromEntries(given.map(([key, dtype]) => [key, toOrt(dtype, feeds[key])])));
      return Object.fromEntries(results.map(([key, dtype]) => [key, fromOrt(dtype, values[key])]));
    },
    dispose: async () => {
      if (released) return;
      released = true;
      await session.release();
    },
  };
}

function toOrt(dtype: ModelDType, feed: HostTensor | undefined): ort.Tensor {
  if (!feed) throw new Error("internal: a feed went missing");
  const { shape, data } = feed;
  switch (dtype) {
    case "float32":
      return new ort.Tensor("float32", typedData(data, dtype) as Float32Array, shape);
    case "float64":
      return new ort.Tensor("float64", typedData(data, dtype) as Float64Array, shape);
    case "float16":
      return new ort.Tensor("float16", toFloat16(typedData(data, "float32") as Float32Array), shape);
    case "int32":
      return new ort.Tensor("int32", typedData(data, dtype) as Int32Array, shape);
    case "int64":
      return new ort.Tensor("int64", typedData(data, dtype) as BigInt64Array, shape);
    case "uint8":
    case "bool":
      return new ort.Tensor(dtype, typedData(data, dtype) as Uint8Array, shape);
  }
}

function fromOrt(dtype: ModelDType, value: ort.Tensor | undefined): HostTensor {
  if (!value) throw new Error("internal: ONNX Runtime returned no such output");
  const { dims: shape, data } = value;
  if (dtype !== "float16") return { dtype, shape, data: data as HostTensor["data"] };
  // Bits, or numbers where JavaScript has a Float16Array.
  const numbers = data instanceof Uint16Array ? fromFloat16(data) : Float32Array.from(data as ArrayLike<number>);
  return { dtype: "float32", shape, data: numbers };
}
