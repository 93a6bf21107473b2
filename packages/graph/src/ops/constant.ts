import { nd } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastTo } from "./shaping.ts";

/** A value that is part of the program. Float data is kept as given and rounded to float32 when lowered. */
interface ConstantAttrs {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export const constantOp = singleOp<ConstantAttrs>({
  name: "constant",
  infer: (_inputs, { shape }) => ({ shape, dtype: "float32" }),
  evaluate: (_inputs, { shape, data }) => nd(shape, data instanceof Float64Array ? data : Float64Array.from(data)),
  lower: (emitter, { attrs }) => emitter.constant(attrs.data, attrs.shape),
});

/** A tensor or a number, which stands for a scalar constant. */
export type TensorLike = Tensor | number;

/**
 * A constant tensor. Large constants (weights) are packed once by the runtime.
 *
 * @param value - a number, or values row-major; typed arrays are kept, not copied: do not change them afterwards
 * @param shape - default: `[]` for a number, `[length]` for a list
 * @throws RangeError if the number of values is not the product of `shape`
 */
export function constant(value: number | ArrayLike<number>, shape?: readonly number[]): Tensor {
  const values = typeof value === "number" ? Float64Array.of(value) : value;
  const dims = shape ?? (typeof value === "number" ? [] : [values.length]);
  if (values.length !== sizeOf(dims)) {
    throw new RangeError(
      `constant: expected ${String(sizeOf(dims))} values for shape [${dims.join(", ")}], got ${String(values.length)}`,
    );
  }
  const data =
    values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  return apply(constantOp, { shape: dims, data });
}

/** The tensor itself, or a scalar constant. */
export function asTensor(value: TensorLike): Tensor {
  return typeof value === "number" ? constant(value) : value;
}

/** The data of a constant tensor, or undefined. */
export function constantData(x: Tensor): Float32Array | Float64Array | undefined {
  return x.node.op === constantOp ? (x.node.attrs as ConstantAttrs).data : undefined;
}

/** The value of a constant with one element, or undefined. */
export function scalarValue(x: Tensor): number | undefined {
  const data = constantData(x);
  return data?.length === 1 ? data[0] : undefined;
}

/** Filled with one value; dimensions may be named. */
export function full(shape: Shape, value: number): Tensor {
  return broadcastTo(constant(value), shape);
}

/** Filled with 0; dimensions may be named. */
export const zeros = (shape: Shape): Tensor => full(shape, 0);

/** Filled with 1; dimensions may be named. */
export const ones = (shape: Shape): Tensor => full(shape, 1);

/** Zeros of the shape of `x`. */
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape);

/** Ones of the shape of `x`. */
export const onesLike = (x: Tensor): Tensor => ones(x.shape);
