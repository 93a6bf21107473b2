import { isFloat } from "../host.ts";
import type { DType } from "../host.ts";
import { mapNd, ndAt } from "../ndarray.ts";
import { dataTypes } from "../onnx/data-types.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";

/** The types that hold every value of a type. */
const wider: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["uint8", "int32", "int64", "float16", "float32", "float64"],
  uint8: ["int32", "int64", "float16", "float32", "float64"],
  int32: ["int64", "float64"],
  int64: [],
  float16: ["float32", "float64"],
  float32: ["float64"],
  float64: [],
};

const castOp = singleOp<{ readonly to: DType }>({
  name: "cast",
  infer: (inputs, { to }) => ({ shape: inputOf({ inputs }).shape, dtype: to }),
  evaluate: (inputs, { to }) => {
    if (isFloat(to)) return ndAt(inputs);
    return mapNd(to === "bool" ? (x) => Number(x !== 0) : Math.trunc, ndAt(inputs));
  },
  vjp: (node, g) => [isFloat(inputOf(node).dtype) ? cast(g, inputOf(node).dtype) : undefined],
  jvp: ({ attrs }, [dx]) => (isFloat(attrs.to) ? dx && cast(dx, attrs.to) : undefined),
  simplify: (node): Tensor | undefined => {
    const [x, { to }] = [inputOf(node), node.attrs];
    if (x.dtype === to) return x;
    // ONNX Runtime drops such a pair, too, but then loses its value where a loop or branch captures it.
    const source = x.node.op.name === "cast" ? inputOf(x.node) : undefined;
    return source && wider[source.dtype].includes(x.dtype) ? cast(source, to) : undefined;
  },
  lower: (emitter, { attrs }, inputs) => emitter.emit("Cast", inputs, { to: dataTypes[attrs.to] }),
});

/**
 * The values as another element type. Floats become integers by dropping their fraction, and booleans by being unlike 0;
 * values beyond the range of an integer type are undefined. Derivatives pass between float types only.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castOp, { to: dtype }, x);
}

/** What half precision would overflow or lose, such as sums of squares, is computed in float32; other types as they are. */
export function widened(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  return x.dtype === "float16" ? cast(compute(cast(x, "float32")), "float16") : compute(x);
}
