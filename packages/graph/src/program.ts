import type { DType } from "./host.ts";
import { checkShape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { isInside } from "./tensor.ts";
import type { Body, Tensor, TensorType } from "./tensor.ts";
import { traceBody } from "./body.ts";

/** A traced function: named inputs and outputs, and the graph between them. */
export interface Program<Output extends string = string> {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<Output, Tensor>>;
  /** @internal */
  readonly body: Body;
}

/** The type of a program's input. */
export type InputSpec = TensorType;

/**
 * Declares an input of a program.
 *
 * @param shape - sizes, or names for those that differ between runs: `input(["batch", 2])`
 */
export function input(shape: Shape, dtype: DType = "float32"): InputSpec {
  checkShape("input", shape);
  return { shape, dtype };
}

/**
 * Records what `fn` does with symbolic inputs as a program.
 *
 * @param name - names the ONNX graph
 * @param inputs - the types of the inputs by name
 * @param fn - called once; gives the outputs by name
 * @throws what the ops throw: shape errors surface at the line of the faulty call
 */
export function trace<const I extends Readonly<Record<string, InputSpec>>, O extends Readonly<Record<string, Tensor>>>(
  name: string,
  inputs: I,
  fn: (inputs: { readonly [K in keyof I]: Tensor }) => O,
): Program<keyof O & string> & { readonly inputs: { readonly [K in keyof I]: Tensor }; readonly outputs: O } {
  const names = Object.keys(inputs);
  let outputs: O | undefined;
  const body = traceBody(
    name,
    Object.values(inputs),
    (tensors) => {
      outputs = fn(Object.fromEntries(names.map((key, i) => [key, tensors[i]])) as { [K in keyof I]: Tensor });
      return Object.values(outputs);
    },
    names,
  );
  for (const [key, tensor] of Object.entries(outputs ?? {})) {
    if (key in inputs) throw new Error(`trace: output "${key}" of "${name}" has the name of an input; give it another`);
    if (tensor.node.frame !== undefined && !isInside(body.frame, tensor.node.frame)) {
      throw new Error(`trace: output "${key}" of "${name}" was made in another program or inside a loop body`);
    }
  }
  return {
    name,
    inputs: Object.fromEntries(names.map((key, i) => [key, body.inputs[i]])) as { [K in keyof I]: Tensor },
    outputs: outputs as O,
    body,
  };
}
