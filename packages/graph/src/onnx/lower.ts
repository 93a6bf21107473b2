import type { DType } from "../host.ts";
import { simplify } from "../simplify.ts";
import type { Program } from "../program.ts";
import { termOf } from "../shape.ts";
import { Lowering } from "./lowering.ts";
import type { Target } from "../emitter.ts";
import { fuse } from "./fuse.ts";
import { encodeModel } from "./schema.ts";
import type { ModelSignature } from "./signature.ts";
import { webgpuSignature } from "./webgpu.ts";

/** Options of `lower`. */
export interface LowerOptions {
  /** Default `onnxruntime`. */
  readonly target?: Target | undefined;
  /**
   * How many channels ONNX Runtime's blocked layout of images keeps together on the processor that will run the model:
   * convolutions use it then, on the target `onnxruntime`. Default: no such layout.
   */
  readonly channelBlock?: number | undefined;
  /** Text by name to keep in the file, which `describeModel` reads. Default none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Compiles a program to the bytes of an ONNX model.
 *
 * Inputs and outputs carry the program's names.
 *
 * @throws Error if a named dimension is an axis of no input
 * @throws TypeError if the target has no kernel for an op, or none for its types
 */
export function lower(program: Program, { target = "onnxruntime", channelBlock, metadata = {} }: LowerOptions = {}): Uint8Array {
  return lowered(program, target, metadata, channelBlock).model;
}

/** A program as the WebGPU provider of ONNX Runtime runs it. */
export interface WebgpuModel {
  readonly model: Uint8Array;
  /** What it is fed and returns: integers of all widths are int32 there. */
  readonly signature: ModelSignature;
  /**
   * Ops that the host computes, as it must: loops, whose bodies run on the device, and sizes of named dimensions. Where
   * there are none, `session.disable_cpu_ep_fallback` can be set.
   */
  readonly onHost: readonly string[];
  /** Whether it computes in float16, which only devices with the feature `shader-f16` do. */
  readonly float16: boolean;
}

/**
 * Compiles a program for WebGPU: what the provider lacks is said by what it has.
 *
 * @throws TypeError naming the op that cannot run there
 * @throws Error if a named dimension is an axis of no input
 */
export function lowerForWebgpu(program: Program): WebgpuModel {
  const { model, onHost, types } = lowered(program, "webgpu", {});
  return { model, signature: webgpuSignature(program), onHost: [...onHost], float16: types.has("float16") };
}

function lowered(
  program: Program,
  target: Target,
  metadata: Readonly<Record<string, string>>,
  channelBlock?: number,
): { readonly model: Uint8Array; readonly onHost: ReadonlySet<string>; readonly types: ReadonlySet<DType> } {
  const { name, inputs, outputs } = program;
  const body = fuse(simplify(program).body, target);
  const onHost = new Set<string>();
  const types = new Set<DType>();
  const domains = new Set([""]);
  const lowering = new Lowering({
    target,
    channelBlock,
    usedNames: new Map([...Object.keys(inputs), ...Object.keys(outputs)].map((key) => [key, 1])),
    domains,
    onHost,
    types,
    symbols: symbolSources(program),
  });
  const declared = Object.entries(inputs).map(([key, tensor]) => {
    lowering.bind(tensor, key);
    return lowering.declare(key, tensor);
  });
  const values = lowering.lowerAll(body.outputs);
  const results = Object.entries(outputs).map(([key, tensor], i) => {
    lowering.rename(values[i] ?? "", key);
    return lowering.declare(key, tensor);
  });
  return { model: encodeModel({ graph: lowering.graph(name, declared, results), domains: [...domains], metadata }), onHost, types };
}

function symbolSources({ inputs }: Program): Map<string, { value: string; axis: number; factor: number }> {
  const sources = new Map<string, { value: string; axis: number; factor: number }>();
  for (const [value, tensor] of Object.entries(inputs)) {
    tensor.shape.forEach((dim, axis) => {
      const { factor, symbol } = termOf(dim);
      if (symbol !== undefined && !sources.has(symbol)) sources.set(symbol, { value, axis, factor });
    });
  }
  return sources;
}
