import { nd } from "../ndarray.ts";
import { dataTypes } from "../onnx/data-types.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, productOf, termOf } from "../shape.ts";
import type { Dim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";

const sizeOp = singleOp<{ readonly axes: readonly number[] }>({
  name: "size",
  infer: (inputs) => ({ shape: [], dtype: inputOf({ inputs }).dtype }),
  evaluate: ([x], { axes }) => nd([], Float64Array.of(axes.reduce((n, axis) => n * (x?.shape[axis] ?? 1), 1))),
  vjp: () => [undefined],
  jvp: () => undefined,
  flops: () => 0,
  lower: (emitter, node) => {
    const dim = productOf("size", node.attrs.axes.map((axis) => dimAt(inputOf(node).shape, axis)));
    const count = emitter.emit("Cast", [emitter.dims([dim])], { to: dataTypes[inputOf(node).dtype] });
    return emitter.reshape(count, []);
  },
});

/** The number of elements along `axes` as a scalar of the type of `x`; a run-time value only where a dimension is named. */
export function sizeAlong(x: Tensor, axes: readonly number[]): Tensor | number {
  const dims: Dim[] = axes.map((axis) => dimAt(x.shape, axis));
  const size = termOf(productOf("size", dims));
  return size.symbol === undefined ? size.factor : apply(sizeOp, { axes }, x);
}
