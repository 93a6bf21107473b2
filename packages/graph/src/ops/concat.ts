import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { addDims, dimAt, resolveAxis, sizeOf, staticDim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { zeros } from "./fill.ts";
import { expandDims } from "./reshape.ts";
import { split } from "./slice.ts";

const concatOp = singleOp<{ readonly axis: number }>({
  name: "concat",
  infer: (inputs, { axis }) => {
    const first = inputOf({ inputs });
    for (const x of inputs) {
      const fits =
        x.rank === first.rank &&
        x.dtype === first.dtype &&
        x.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!fits) {
        throw new RangeError(
          `concat: expected ${first.toString()} but for axis ${String(axis)}, got ${x.toString()}`,
        );
      }
    }
    const total = inputs.map((x) => dimAt(x.shape, axis)).reduce((a, b) => addDims("concat", a, b));
    return { shape: first.shape.map((dim, i) => (i === axis ? total : dim)), dtype: first.dtype };
  },
  evaluate: (inputs, { axis }) => concatNd(inputs, axis),
  vjp: (node, g) => {
    const sizes = node.inputs.map((x) => staticDim("gradient of concat", x.shape, node.attrs.axis));
    return split(g, node.attrs.axis, sizes);
  },
  jvp: ({ inputs, attrs }, tangents, count) =>
    concat(
      inputs.map((x, i) => tangents[i] ?? zeros([count, ...x.shape], x.dtype)),
      attrs.axis + 1,
    ),
  simplify: (node) => {
    const kept = node.inputs.filter((x) => x.shape[node.attrs.axis] !== 0);
    if (kept.length === 1) return kept[0];
    return kept.length > 0 && kept.length < node.inputs.length ? concat(kept, node.attrs.axis) : undefined;
  },
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("Concat", inputs, { axis: attrs.axis }),
});

/** Joins arrays along an axis. */
export function concatNd(inputs: readonly NdArray[], axis: number): NdArray {
  const first = ndAt(inputs);
  const total = inputs.reduce((n, x) => n + (x.shape[axis] ?? 0), 0);
  const out = nd(first.shape.map((dim, i) => (i === axis ? total : dim)));
  const outer = sizeOf(first.shape.slice(0, axis));
  const inner = sizeOf(first.shape.slice(axis + 1));
  let at = 0;
  for (const x of inputs) {
    const width = (x.shape[axis] ?? 0) * inner;
    for (let o = 0; o < outer; o++) {
      out.data.set(x.data.subarray(o * width, (o + 1) * width), o * total * inner + at);
    }
    at += width;
  }
  return out;
}

/** Joins tensors along an axis; all other dimensions agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  if (xs.length === 0) throw new RangeError("concat: expected at least one tensor, got none");
  return apply(concatOp, { axis: resolveAxis("concat", axis, inputOf({ inputs: xs }).rank) }, ...xs);
}

/** Joins tensors of one shape along a new axis. */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  return concat(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}
