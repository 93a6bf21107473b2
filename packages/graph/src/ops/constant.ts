import { roundToFloat16 } from "../float16.ts";
import { isFloat } from "../host.ts";
import type { DType } from "../host.ts";
import { nd } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** A value that is part of the program. Data is kept as given and rounded to its type when lowered. */
interface ConstantAttrs {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
  readonly dtype: DType;
}

export const constantOp = singleOp<ConstantAttrs>({
  name: "constant",
  infer: (_inputs, { shape, dtype }) => ({ shape, dtype }),
  evaluate: (_inputs, { shape, data }) => nd(shape, data instanceof Float64Array ? data : Float64Array.from(data)),
  flops: () => 0,
  lower: (emitter, { attrs }) => emitter.constant(attrs.data, attrs.shape, attrs.dtype),
});

/** A tensor or a number, which stands for a scalar constant of the type of its partner. */
export type TensorLike = Tensor | number;

/**
 * A constant tensor. Large constants (weights) are packed once by the runtime.
 *
 * @param value - a number, or values row-major (booleans as 0 and 1); float arrays are kept, not copied: do not change them afterwards
 * @param shape - default: `[]` for a number, `[length]` for a list
 * @param dtype - default float32
 * @throws RangeError if the number of values is not the product of `shape`, or a value does not fit an integer type
 */
export function constant(value: number | ArrayLike<number>, shape?: readonly number[], dtype: DType = "float32"): Tensor {
  const values = typeof value === "number" ? Float64Array.of(value) : value;
  const dims = shape ?? (typeof value === "number" ? [] : [values.length]);
  if (values.length !== sizeOf(dims)) {
    throw new RangeError(
      `constant: expected ${String(sizeOf(dims))} values for shape [${dims.join(", ")}], got ${String(values.length)}`,
    );
  }
  const data =
    values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  if (!isFloat(dtype)) checkWhole(data, dtype);
  return apply(constantOp, { shape: dims, data, dtype });
}

const ranges: Readonly<Record<Exclude<DType, "float16" | "float32" | "float64">, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  bool: [0, 1],
};

/** Whether a type holds a number: floats hold every one. */
export function fitsType(value: number, dtype: DType): boolean {
  if (isFloat(dtype)) return true;
  const [low, high] = ranges[dtype];
  return Number.isInteger(value) && value >= low && value <= high;
}

/** Whether a number is a finite value of a type, up to rounding. */
export function isValueOf(value: number, dtype: DType): boolean {
  const round = dtype === "float16" ? roundToFloat16 : dtype === "float32" ? Math.fround : Number;
  return Number.isFinite(round(value)) && fitsType(value, dtype);
}

function checkWhole(data: Float32Array | Float64Array, dtype: keyof typeof ranges): void {
  const [low, high] = ranges[dtype];
  const bad = data.find((value) => !fitsType(value, dtype));
  if (bad === undefined) return;
  throw new RangeError(
    `constant: expected whole numbers from ${String(low)} to ${String(high)} for ${dtype}, got ${String(bad)}`,
  );
}

/** The tensor itself, or a scalar constant of the given type. */
export function asTensor(value: TensorLike, dtype: DType = "float32"): Tensor {
  return typeof value === "number" ? constant(value, [], dtype) : value;
}

/** Operands as tensors: a number takes the type of the first that is a tensor. */
export function asTensors(values: readonly TensorLike[]): Tensor[] {
  const typed = values.find((value) => typeof value !== "number");
  return values.map((value) => asTensor(value, typed?.dtype));
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
