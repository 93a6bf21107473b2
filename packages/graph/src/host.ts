/** The element types of tensors. */
export type DType = "float32" | "float64" | "int64" | "bool";

/** Values outside a program, row-major: what runs take and return. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Uint8Array;
}

/**
 * Wraps numbers as a float tensor, without a copy where `data` already is the typed array of `dtype`.
 *
 * @param data - the values, row-major
 * @param shape - its product is the length of `data`
 * @param dtype - default: float64 for a `Float64Array`, otherwise float32
 * @throws RangeError if lengths disagree
 */
export function hostTensor(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype?: "float32" | "float64",
): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  if (data.length !== size) {
    throw new RangeError(
      `hostTensor: expected ${String(size)} values for shape [${shape.join(", ")}], got ${String(data.length)}`,
    );
  }
  if (dtype === "float64" || (dtype === undefined && data instanceof Float64Array)) {
    return { dtype: "float64", shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
  }
  return { dtype: "float32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
