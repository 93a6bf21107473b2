/** @file The reference interpreter: every op evaluated in float64, the oracle of all tests. Results of float16 are rounded to it. */
import { roundToFloat16 } from "./float16.ts";
import { hostTensor, isFloat } from "./host.ts";
import type { HostTensor } from "./host.ts";
import type { NdArray } from "./ndarray.ts";
import { mapNd, nd } from "./ndarray.ts";
import type { Body, Evaluation } from "./tensor.ts";
import { inputOp } from "./body.ts";
import type { Program } from "./program.ts";
import { bindSizes, checkFeeds } from "./feeds.ts";
import { checkResident, onHost, keepResident } from "./resident.ts";
import type { Runtime } from "./runtime.ts";
import { termOf } from "./shape.ts";
import { reachable } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

/** Evaluates a body on arrays for its inputs. */
export function interpretBody(body: Body, inputs: readonly NdArray[], run: Evaluation): NdArray[] {
  return interpret(body.outputs, new Map(body.inputs.map((tensor, i) => [tensor, inputs[i] ?? nd([0])])), run);
}

/** Evaluates tensors given the values of placeholders. */
export function interpret(
  outputs: readonly Tensor[],
  bound: ReadonlyMap<Tensor, NdArray>,
  run: Evaluation,
): NdArray[] {
  const values = new Map(bound);
  const get = (tensor: Tensor): NdArray => {
    const value = values.get(tensor);
    if (value === undefined) throw new Error(`internal: no value for ${tensor.node.op.name} ${tensor.toString()}`);
    return value;
  };
  for (const node of reachable(outputs)) {
    if (node.op === inputOp) continue;
    const results = node.op.evaluate(node.inputs.map(get), node.attrs, run);
    node.outputs.forEach((output, i) => {
      const result = results[i];
      if (result) values.set(output, output.dtype === "float16" ? mapNd(roundToFloat16, result) : result);
    });
  }
  return outputs.map(get);
}

function toNd({ shape, data }: HostTensor): NdArray {
  return nd(shape, data instanceof Float64Array ? data : Float64Array.from(data as ArrayLike<number>, Number));
}

/** A run of the interpreter with given sizes of named dimensions. */
export function evaluation(sizes: ReadonlyMap<string, number>): Evaluation {
  return {
    resolve: (shape) =>
      shape.map((dim) => {
        const { factor, symbol } = termOf(dim);
        const size = symbol === undefined ? 1 : sizes.get(symbol);
        if (size === undefined) throw new Error(`interpretProgram: no input of the program tells the size of "${String(symbol)}"; add one that has it as an axis`);
        return factor * size;
      }),
  };
}

/** Runs a program once: floats in float64, those of float16 rounded to it, the other types as they are. */
export function interpretProgram(
  program: Program,
  feeds: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> {
  checkFeeds(program, feeds);
  const run = evaluation(bindSizes(program, feeds));
  const bound = new Map(
    Object.entries(program.inputs).map(([name, tensor]) => [tensor, toNd(feeds[name] ?? hostTensor([], [0]))]),
  );
  const outputs = Object.entries(program.outputs);
  const results = interpret(Object.values(program.outputs), bound, run);
  return Object.fromEntries(
    outputs.map(([name, { dtype }], i) => {
      const { shape, data } = results[i] ?? nd([0]);
      return [name, hostTensor(data, shape, isFloat(dtype) ? "float64" : dtype)];
    }),
  );
}

/**
 * The float64 interpreter behind the runtime interface: slow and exact, for tests, golden numbers and order checks.
 */
export function referenceRuntime(): Runtime {
  return {
    device: { kind: "reference", name: "float64 interpreter", threads: 1 },
    compile: (program, { resident = [] } = {}) =>
      new Promise((resolve) => {
        checkResident(program.name, Object.keys(program.outputs), resident);
        resolve({
          run: (feeds, { signal } = {}) =>
            new Promise((done) => {
              signal?.throwIfAborted();
              done(keepResident(interpretProgram(program, onHost(program.name, feeds)), resident));
            }),
          dispose: () => Promise.resolve(),
        });
      }),
    load: (_model, { name = "model" } = {}) =>
      Promise.reject(
        new Error(`${name}: the reference interpreter has kernels for traced programs only; load ONNX models with another runtime`),
      ),
  };
}
