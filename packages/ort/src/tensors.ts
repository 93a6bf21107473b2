/** @file Tensors of Fluxion and of ONNX Runtime, one as the other. */
import { fromFloat16, toFloat16, typedData } from "@fluxion/graph";
import type { DType, HostTensor } from "@fluxion/graph";
import { Tensor } from "onnxruntime-common";

/** Values as a tensor of ONNX Runtime, without a copy where they already are of its type. */
export function toOrt(dtype: DType, { shape, data }: HostTensor): Tensor {
  switch (dtype) {
    case "float32":
      return new Tensor("float32", typedData(data, dtype) as Float32Array, shape);
    case "float64":
      return new Tensor("float64", typedData(data, dtype) as Float64Array, shape);
    case "float16":
      return new Tensor("float16", toFloat16(typedData(data, "float32") as Float32Array), shape);
    case "int32":
      return new Tensor("int32", typedData(data, dtype) as Int32Array, shape);
    case "int64":
      return new Tensor("int64", typedData(data, dtype) as BigInt64Array, shape);
    case "uint8":
    case "bool":
      return new Tensor(dtype, typedData(data, dtype) as Uint8Array, shape);
  }
}

/** A tensor of ONNX Runtime, which lies in this program's memory, as values. */
export function fromOrt(dtype: DType, { dims: shape, data }: Pick<Tensor, "dims" | "data">): HostTensor {
  if (dtype !== "float16") return { dtype, shape, data: data as HostTensor["data"] };
  // Bits, or numbers where JavaScript has a Float16Array.
  const numbers = data instanceof Uint16Array ? fromFloat16(data) : Float32Array.from(data as ArrayLike<number>);
  return { dtype: "float32", shape, data: numbers };
}
