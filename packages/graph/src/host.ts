import { roundToFloat16 } from "./float16.ts";

/** The element types of tensors. */
export type DType = "float16" | "float32" | "float64" | "int32" | "int64" | "uint8" | "bool";

/** Whether values of a type carry derivatives. */
export const isFloat = (dtype: DType): dtype is "float16" | "float32" | "float64" => dtype.startsWith("float");

/** What holds values of any element type: booleans are bytes 0 and 1, and float16 lies in float32, which holds all of it. */
export type TypedData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Values outside a program, row-major: what runs take and return. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedData;
}

/**
 * Wraps numbers as a tensor, without a copy where `data` already is the typed array of `dtype`.
 *
 * @param data - the values, row-major
 * @param shape - its product is the length of `data`
 * @param dtype - default: float64 for a `Float64Array`, otherwise float32; booleans are numbers 0 and 1
 * @throws RangeError if lengths disagree
 */
export function hostTensor(data: ArrayLike<number> | ArrayLike<bigint>, shape: readonly number[], dtype?: DType): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  if (data.length !== size) {
    throw new RangeError(
      `hostTensor: expected ${String(size)} values for shape [${shape.join(", ")}], got ${String(data.length)}`,
    );
  }
  const type = dtype ?? (data instanceof Float64Array ? "float64" : "float32");
  return { dtype: type, shape, data: typedData(data, type) };
}

/** Values as the typed array of an element type, without a copy where they already are. */
export function typedData(data: ArrayLike<number> | ArrayLike<bigint>, dtype: DType): TypedData {
  const numbers = data as ArrayLike<number>;
  switch (dtype) {
    case "float16":
      return Float32Array.from(numbers, Number).map(roundToFloat16);
    case "float32":
      return data instanceof Float32Array ? data : Float32Array.from(numbers, Number);
    case "float64":
      return data instanceof Float64Array ? data : Float64Array.from(numbers, Number);
    case "int32":
      return data instanceof Int32Array ? data : Int32Array.from(numbers, Number);
    case "int64":
      return data instanceof BigInt64Array ? data : BigInt64Array.from(data as ArrayLike<bigint>, BigInt);
    case "uint8":
    case "bool":
      return data instanceof Uint8Array ? data : Uint8Array.from(numbers, Number);
  }
}
