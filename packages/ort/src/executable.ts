/** @file Runs of an ONNX Runtime session, of a traced program or a loaded model: checks, conversions, disposal. */
import { checkFeeds, checkResident, keepResident, typedData } from "@fluxion/graph";
import type { DeviceTensor, DType, Executable, Feed, HostTensor, ModelSignature, Results, RunOptions } from "@fluxion/graph";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { feedOf, isOnDevice, onDevice } from "./on-device.ts";
import type { Place } from "./on-device.ts";
import { fromOrt } from "./tensors.ts";

/** Options of `executable`. */
export interface ExecutableOptions<Resident extends string = never> {
  readonly threads: number;
  /** Outputs that stay where they are. Default none. */
  readonly resident?: readonly Resident[] | undefined;
  /** Types of outputs as the program declares them, where the device holds them in others. */
  readonly declared?: Readonly<Record<string, { readonly dtype: DType }>> | undefined;
  /** Where it computes. Default the CPU. */
  readonly place?: Place | undefined;
  /** Says what went wrong in words of ours. Default: the error as it is. */
  readonly explain?: ((error: unknown, name: string) => unknown) | undefined;
}

/** The runs of a session with what `signature` says goes in and comes out; it keeps no more than that of it. */
export function executable<Output extends string = string, Resident extends Output = never>(
  { name, inputs, outputs }: ModelSignature,
  session: InferenceSession,
  { threads, resident = [], declared = {}, place = { device: "cpu" }, explain = (error) => error }: ExecutableOptions<Resident>,
): Executable<Output, Resident> & { readonly threads: number } {
  checkResident(name, Object.keys(outputs), resident);
  let released = false;
  const types = (values: ModelSignature["inputs"]): [string, DType][] =>
    Object.entries(values).map(([key, { dtype }]) => [key, dtype]);
  const signature = { name, inputs };
  const given = types(inputs);
  const results = types(outputs);
  const kept = new Set<string>(resident);
  return {
    threads,
    run: async (feeds, { signal }: RunOptions = {}) => {
      if (released) throw new Error(`${name}: this was disposed of; compile or load it again`);
      signal?.throwIfAborted();
      checkFeeds(signature, feeds);
      const tensors = given.map(([key, dtype]) => [key, feedOf(`${name}: input "${key}"`, dtype, feeds[key] as Feed, place.device)]);
      const values = await session.run(Object.fromEntries(tensors) as Record<string, Tensor>).catch((error: unknown) => {
        throw explain(error, name);
      });
      const all = collect(results, values, { kept, declared, place }) as Results<Output, Resident>;
      if (signal?.aborted !== true) return all;
      for (const key of resident) (all[key] as DeviceTensor).dispose();
      throw signal.reason;
    },
    dispose: async () => {
      if (released) return;
      released = true;
      await session.release();
    },
  };
}

interface Collecting {
  readonly kept: ReadonlySet<string>;
  readonly place: Place;
  readonly declared: Readonly<Record<string, { readonly dtype: DType }>>;
}

function collect(types: readonly [string, DType][], values: InferenceSession.ReturnType, { kept, declared, place }: Collecting): object {
  const host: Record<string, HostTensor> = {};
  const device: Record<string, unknown> = {};
  for (const [key, dtype] of types) {
    const value = values[key];
    if (!value) throw new Error("internal: ONNX Runtime returned no such output");
    if (isOnDevice(value)) device[key] = onDevice(dtype, value, place);
    else host[key] = asDeclared(fromOrt(dtype, value), declared[key]?.dtype);
  }
  return { ...keepResident(host, [...kept]), ...device };
}

const asDeclared = (tensor: HostTensor, dtype: DType = tensor.dtype): HostTensor =>
  tensor.dtype === dtype ? tensor : { ...tensor, dtype, data: typedData(tensor.data, dtype) };
