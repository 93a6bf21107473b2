import { nd } from "../ndarray.ts";
import { dataTypes } from "../onnx/data-types.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, productOf, sizeTerms } from "../shape.ts";
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
    const dims = node.attrs.axes.map((axis) => dimAt(inputOf(node).shape, axis));
    const several = sizeTerms(dims).symbols.length > 1;
    const count = several
      ? emitter.emit("ReduceProd", [emitter.dims(dims)], { keepdims: 0 })
      : emitter.reshape(emitter.dims([productOf("size", dims)]), []);
    return emitter.emit("Cast", [count], { to: dataTypes[inputOf(node).dtype] });
  },
});

/** The number of elements along `axes` as a scalar of the type of `x`; a run-time value only where a dimension is named. */
export function sizeAlong(x: Tensor, axes: readonly number[]): Tensor | number {
  const { factor, symbols } = sizeTerms(axes.map((axis) => dimAt(x.shape, axis)));
  return factor === 0 || symbols.length === 0 ? factor : apply(sizeOp, { axes }, x);
}
