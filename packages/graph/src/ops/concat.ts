import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { addDims, dimAt, formatShape, resolveAxis, sizeOf } from "../shape.ts";
import type { Dim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { zeros } from "./fill.ts";
import { expandDims } from "./reshape.ts";
import { split } from "./slice.ts";

export interface ConcatAttrs {
  readonly axis: number;
}

export const concatOp: Op<ConcatAttrs> = singleOp<ConcatAttrs>({
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
    const total = inputs.reduce<Dim | undefined>((sum, x) => (sum === undefined ? sum : addDims(sum, dimAt(x.shape, axis))), 0);
    if (total === undefined) {
      throw new RangeError(
        `concat: the sizes of axis ${String(axis)} of ${inputs.map((x) => formatShape(x.shape)).join(" and ")} do not add up to one: expected numbers, or multiples of one name; trace with numbers there`,
      );
    }
    return { shape: first.shape.map((dim, i) => (i === axis ? total : dim)), dtype: first.dtype };
  },
  evaluate: (inputs, { axis }) => concatNd(inputs, axis),
  vjp: ({ inputs, attrs }, g) => split(g, attrs.axis, inputs.map((x) => dimAt(x.shape, attrs.axis))),
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

/** What `x` was put together from along an axis, or `x` itself. */
export function concatenated(x: Tensor, axis: number): readonly Tensor[] {
  return x.node.op === (concatOp as unknown) && (x.node.attrs as ConcatAttrs).axis === axis ? x.node.inputs : [x];
}

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

/**
 * Joins tensors along an axis, whose sizes are numbers or multiples of one name; all other dimensions agree.
 *
 * @throws RangeError if there is none, or shapes or types disagree
 */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  if (xs.length === 0) throw new RangeError("concat: expected at least one tensor, got none");
  return apply(concatOp, { axis: resolveAxis("concat", axis, inputOf({ inputs: xs }).rank) }, ...xs);
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * @param axis - of the result, default 0
 * @throws RangeError if there is none, or shapes or types disagree
 */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  if (xs.length === 0) throw new RangeError("stack: expected at least one tensor, got none");
  return concat(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}
