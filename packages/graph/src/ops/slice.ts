import { gatherStrided, nd, stridesOf } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { resolveAxis, staticDim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { pad } from "./pad.ts";

interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const sliceOp = singleOp<SliceAttrs>({
  name: "slice",
  infer: (inputs, { axis, start, end }) => {
    const x = inputOf({ inputs });
    const dim = staticDim("slice", x.shape, axis);
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= dim)) {
      throw new RangeError(
        `slice: expected 0 <= start <= end <= ${String(dim)} on axis ${String(axis)}, got ${String(start)} and ${String(end)}`,
      );
    }
    return { shape: x.shape.map((d, i) => (i === axis ? end - start : d)), dtype: x.dtype };
  },
  evaluate: ([x], { axis, start, end }) => {
    if (x === undefined) return nd([0]);
    const strides = stridesOf(x.shape);
    const shape = x.shape.map((d, i) => (i === axis ? end - start : d));
    return gatherStrided(x, shape, strides, start * (strides[axis] ?? 0));
  },
  vjp: (node, g) => {
    const { axis, start, end } = node.attrs;
    return [pad(g, axis, start, staticDim("slice", inputOf(node).shape, axis) - end)];
  },
  jvp: ({ attrs }, [dx]) => dx && slice(dx, attrs.axis + 1, attrs.start, attrs.end),
  simplify: (node) => {
    const x = inputOf(node);
    const { axis, start, end } = node.attrs;
    if (start === 0 && end === x.shape[axis]) return x;
    if (x.node.op === sliceOp) {
      const inner = x.node.attrs as SliceAttrs;
      if (inner.axis === axis) return slice(inputOf(x.node), axis, inner.start + start, inner.start + end);
    }
    return undefined;
  },
  flops: () => 0,
  lower: (emitter, { attrs }, [x = ""]) =>
    emitter.emit("Slice", [
      x,
      emitter.int64s([attrs.start]),
      emitter.int64s([attrs.end]),
      emitter.int64s([attrs.axis]),
    ]),
});

/** The part `[start, end)` of an axis whose size is known. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return apply(sliceOp, { axis: resolveAxis("slice", axis, x.rank), start, end }, x);
}

/** Cuts an axis into parts of the given sizes, which add up to its size. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const at = resolveAxis("split", axis, x.rank);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.shape[at]) {
    throw new RangeError(
      `split: expected sizes that add up to ${String(x.shape[at])}, the size of axis ${String(axis)}, got ${String(total)}`,
    );
  }
  let start = 0;
  return sizes.map((size) => slice(x, at, start, (start += size)));
}
