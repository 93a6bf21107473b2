import * as ort from "onnxruntime-web/wasm";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { checkFeeds, lower, modelSignature, typedData } from "@fluxion/graph";
import type { HostTensor, ModelSignature, Runtime } from "@fluxion/graph";

/** The runtime of this page. */
export async function openRuntime(): Promise<Runtime> {
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? 2 : 1;
  const made = async (bytes: Uint8Array, signature: Pick<ModelSignature, "name" | "inputs" | "outputs">) => {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], enableMemPattern: false, graphOptimizationLevel: "all" });
    return {
      threads: 1,
      run: async (feeds: Readonly<Record<string, HostTensor>>) => {
        checkFeeds(signature, feeds);
        const given = Object.fromEntries(Object.entries(signature.inputs).map(([name, { dtype }]) => [name, new ort.Tensor(dtype, typedData(feeds[name]!.data as Float32Array, dtype as "float32") as Float32Array, feeds[name]!.shape)]));
        const values = await session.run(given);
        return Object.fromEntries(Object.entries(signature.outputs).map(([name, { dtype }]) => [name, { dtype, shape: values[name]!.dims, data: values[name]!.data } as HostTensor]));
      },
      dispose: () => session.release(),
    };
  };
  return Promise.resolve({
    device: { kind: "wasm", name: "onnxruntime-web", threads: ort.env.wasm.numThreads ?? 1 },
    compile: async (program: Parameters<Runtime["compile"]>[0]) => made(lower(program), program as never),
    load: async (bytes: Uint8Array) => { const s = modelSignature(bytes, "model"); return { ...s, ...(await made(bytes, s)) }; },
  }) as Promise<Runtime>;
}
