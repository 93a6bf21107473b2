/** @file The inputs of random programs, and values that grow beside them. */
import { hostTensor } from "@fluxion/graph";
import type { DType, HostTensor, Shape, Tensor } from "@fluxion/graph";
import { evaluation } from "../../src/interpreter.ts";
import { nd } from "../../src/ndarray.ts";
import type { NdArray } from "../../src/ndarray.ts";
import { reachable } from "../../src/tensor.ts";
import { drawn } from "../cases/subject.ts";

/** The inputs of every random program. */
export const specs: Readonly<Record<string, readonly [Shape, DType]>> = {
  a: [["batch", 3], "float32"],
  b: [[3], "float32"],
  c: [["batch", 1], "float32"],
  m: [[3, 3], "float32"],
  s: [[], "float32"],
  image: [["batch", 2, 4, 4], "float32"],
  kernel: [[2, 2, 3, 3], "float32"],
  i: [["batch", 3], "int32"],
  l: [[3], "int64"],
  p: [["batch", 3], "bool"],
};
const sizes = evaluation(new Map([["batch", 2]]));

/** Sizes where the batch is 2. */
export const resolved = (shape: Shape): readonly number[] => sizes.resolve(shape);

/** The inputs that derivatives are taken in. */
export const floats = Object.keys(specs).filter((name) => specs[name]?.[1] === "float32");

/** Whether values carry derivatives. */
export const isFloat = ({ dtype }: { readonly dtype: DType }): boolean => dtype === "float32" || dtype === "float64";

/** What an input is fed. */
export function valueOf(name: string, seed: number): HostTensor {
  const [shape, dtype] = specs[name] ?? [[], "float32"];
  const values = drawn(resolved(shape), seed + name.length + name.charCodeAt(0));
  return hostTensor(
    values.map((x) => (dtype === "float32" ? x : dtype === "bool" ? Number(x > 0) : Math.round(2 * x))),
    resolved(shape),
    dtype,
  );
}

/** A fed value as the interpreter has it. */
export const toNd = ({ shape, data }: HostTensor): NdArray => nd(shape, Float64Array.from(data as ArrayLike<number>, Number));

/** Evaluates what is not known yet, and makes it known. */
export function evaluate(outputs: readonly Tensor[], known: Map<Tensor, NdArray>, round: (x: NdArray, dtype: DType) => NdArray = (x) => x): NdArray[] {
  for (const node of reachable(outputs, new Set(known.keys()))) {
    const results = node.op.evaluate(node.inputs.map((x) => known.get(x) ?? nd([0])), node.attrs, sizes);
    node.outputs.forEach((output, i) => known.set(output, round(results[i] ?? nd([0]), output.dtype)));
  }
  return outputs.map((output) => known.get(output) ?? nd([0]));
}
