import { simplify } from "../simplify.ts";
import type { Program } from "../program.ts";
import { termOf } from "../shape.ts";
import { Lowering, valueInfo } from "./lowering.ts";
import type { Target } from "../emitter.ts";
import { fuse } from "./fuse.ts";
import { encodeModel } from "./schema.ts";

/** Options of `lower`. */
export interface LowerOptions {
  /** Default `onnxruntime`. */
  readonly target?: Target | undefined;
  /** Text by name to keep in the file, which `describeModel` reads. Default none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Compiles a program to the bytes of an ONNX model.
 *
 * Inputs and outputs carry the program's names.
 *
 * @throws Error if a named dimension is an axis of no input
 */
export function lower(program: Program, { target = "onnxruntime", metadata = {} }: LowerOptions = {}): Uint8Array {
  const { name, inputs, outputs } = program;
  const body = fuse(simplify(program).body);
  const domains = new Set([""]);
  const lowering = new Lowering({
    target,
    usedNames: new Map([...Object.keys(inputs), ...Object.keys(outputs)].map((key) => [key, 1])),
    domains,
    symbols: symbolSources(program),
  });
  const declared = Object.entries(inputs).map(([key, tensor]) => {
    lowering.bind(tensor, key);
    return valueInfo(key, tensor);
  });
  const values = lowering.lowerAll(body.outputs);
  const results = Object.entries(outputs).map(([key, tensor], i) => {
    lowering.rename(values[i] ?? "", key);
    return valueInfo(key, tensor);
  });
  return encodeModel({ graph: lowering.graph(name, declared, results), domains: [...domains], metadata });
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
