import type { DType } from "../host.ts";
import type { Shape } from "../shape.ts";
import { dataTypes } from "./data-types.ts";
import { describeModel } from "./describe.ts";
import type { ValueDescription } from "./describe.ts";

/** An input or output of a model that can be run. */
export interface ModelValue {
  readonly dtype: DType;
  /** Sizes and names; `"?"` is an axis of any size. Undefined is any shape. */
  readonly shape: Shape | undefined;
}

/** What a model is fed and returns. */
export interface ModelSignature {
  readonly name: string;
  readonly inputs: Readonly<Record<string, ModelValue>>;
  readonly outputs: Readonly<Record<string, ModelValue>>;
}

/**
 * The signature of an ONNX model.
 *
 * @param bytes - the file
 * @param name - what error messages call it
 * @throws what `describeModel` throws
 * @throws RangeError if an input or output is of an unsupported type
 */
export function modelSignature(bytes: Uint8Array, name: string): ModelSignature {
  const { inputs, outputs } = describeModel(bytes, name);
  return { name, inputs: supported(inputs, `${name}: input`), outputs: supported(outputs, `${name}: output`) };
}

const isSupported = (dtype: string): dtype is DType => Object.hasOwn(dataTypes, dtype);

function supported(values: Readonly<Record<string, ValueDescription>>, role: string): Record<string, ModelValue> {
  return Object.fromEntries(
    Object.entries(values).map(([key, { dtype, shape }]) => {
      if (isSupported(dtype)) return [key, { dtype, shape }];
      const known = Object.keys(dataTypes).join(", ");
      throw new RangeError(`${role} "${key}" expected to be a tensor of ${known}, got ${dtype}; cast it inside the model`);
    }),
  );
}
