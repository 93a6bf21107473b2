/** @file Picking entries along an axis by integer indices, and its adjoint. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { formatShape, productOf, resolveAxis, sameShape, sizeOf } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { zeros, zerosLike } from "./fill.ts";
import { broadcastTo } from "./broadcast.ts";
import { reshape } from "./reshape.ts";

interface GatherAttrs {
  readonly axis: number;
}

/** `x` with the indices in place of its axis. */
const pickedShape = (x: Shape, indices: Shape, axis: number): Shape => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];

function requireIndices(name: string, indices: Tensor): void {
  if (indices.dtype === "int32" || indices.dtype === "int64") return;
  throw new TypeError(`${name}: expected int32 or int64 indices, got ${indices.toString()}; use cast(indices, "int32")`);
}

/** Visits the places of each picked entry and of what was picked, `inner` values at a time. */
function visit(name: string, x: NdArray, indices: NdArray, axis: number, f: (picked: number, source: number, inner: number) => void): void {
  const [dim, inner] = [x.shape[axis] ?? 1, sizeOf(x.shape.slice(axis + 1))];
  const outer = sizeOf(x.shape.slice(0, axis));
  const count = indices.data.length;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const index = indices.data[i] ?? NaN;
      if (!(index >= 0 && index < dim)) {
        throw new RangeError(`${name}: expected indices from 0 to ${String(dim - 1)}, got ${String(index)}`);
      }
      f((o * count + i) * inner, (o * dim + index) * inner, inner);
    }
  }
}

const gatherOp: Op<GatherAttrs> = singleOp<GatherAttrs>({
  name: "gather",
  infer: (inputs, { axis }) => {
    const [x, indices] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    requireIndices("gather", indices);
    return { shape: pickedShape(x.shape, indices.shape, axis), dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const out = nd(pickedShape(x.shape, indices.shape, axis) as number[]);
    visit("gather", x, indices, axis, (picked, source, inner) => out.data.set(x.data.subarray(source, source + inner), picked));
    return out;
  },
  vjp: (node, g) => [scatterAdd(zerosLike(inputOf(node)), inputOf(node, 1), g, node.attrs.axis), undefined],
  jvp: (node, [dx]) => dx && gather(dx, inputOf(node, 1), node.attrs.axis + 1),
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("Gather", inputs, { axis: attrs.axis }),
});

const scatterAddOp: Op<GatherAttrs> = singleOp<GatherAttrs>({
  name: "scatterAdd",
  infer: (inputs, { axis }) => {
    const [x, indices, updates] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1), inputOf({ inputs }, 2)];
    requireIndices("scatterAdd", indices);
    const expected = pickedShape(x.shape, indices.shape, axis);
    if (updates.dtype !== x.dtype || !sameShape(updates.shape, expected)) {
      throw new RangeError(
        `scatterAdd: expected updates ${x.dtype}${formatShape(expected)} for indices ${formatShape(indices.shape)} on axis ${String(axis)} of ${x.toString()}, got ${updates.toString()}`,
      );
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices, updates] = [ndAt(inputs, 0), ndAt(inputs, 1), ndAt(inputs, 2)];
    const out = nd(x.shape, x.data.slice());
    visit("scatterAdd", x, indices, axis, (picked, source, inner) => {
      for (let k = 0; k < inner; k++) out.data[source + k] = (out.data[source + k] ?? NaN) + (updates.data[picked + k] ?? NaN);
    });
    return out;
  },
  vjp: (node, g) => [g, undefined, gather(g, inputOf(node, 1), node.attrs.axis)],
  jvp: (node, [dx, , du], count) => {
    const y = outputOf(node);
    if (du === undefined) return dx;
    const base = dx ?? zeros([count, ...y.shape], y.dtype);
    return scatterAdd(base, inputOf(node, 1), du, node.attrs.axis + 1);
  },
  flops: (node, count) => count(inputOf(node, 2).shape),
  lower: (emitter, node, [x = "", , updates = ""]) => {
    const { axis } = node.attrs;
    const [target, indices] = [inputOf(node, 0), inputOf(node, 1)];
    // ScatterElements wants an index for every single value.
    const places = productOf("scatterAdd", indices.shape);
    const flat: Dim[] = target.shape.map((dim, i) => (i === axis ? places : dim));
    const column = emitter.reshape(emitter.name(indices), target.shape.map((_, i) => (i === axis ? places : 1)));
    const each = emitter.emit("Expand", [column, emitter.dims(flat)]);
    return emitter.emit("ScatterElements", [x, each, emitter.reshape(updates, flat)], { axis, reduction: "add" });
  },
});

/**
 * Entries of `x` along an axis by their places, in NumPy's `take`: the axes of `indices` stand in place of that axis.
 * Its derivative adds up what was picked repeatedly.
 *
 * @param indices - int32 or int64, from 0; others are an error when run
 * @throws TypeError if the indices are no integers
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply(gatherOp, { axis: resolveAxis("gather", axis, x.rank) }, x, indices);
}

/**
 * `x` with `updates` added at places along an axis; several for one place add up. The adjoint of `gather`.
 *
 * @param updates - of the shape that `gather(x, indices, axis)` has
 * @throws RangeError if it has another
 */
export function scatterAdd(x: Tensor, indices: Tensor, updates: Tensor, axis = 0): Tensor {
  return apply(scatterAddOp, { axis: resolveAxis("scatterAdd", axis, x.rank) }, x, indices, updates);
}

/**
 * `x` repeated along each axis.
 *
 * @param repeats - how often, from 1, for each axis
 * @throws RangeError if there is not one whole number for each axis
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  if (repeats.length !== x.rank || repeats.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new RangeError(`tile: expected a whole number from 1 for each axis of ${formatShape(x.shape)}, got [${repeats.join(", ")}]`);
  }
  const apart = reshape(x, x.shape.flatMap((dim) => [1, dim]));
  const repeated = broadcastTo(apart, x.shape.flatMap((dim, i) => [repeats[i] ?? 1, dim]));
  return reshape(repeated, x.shape.map((dim, i) => productOf("tile", [repeats[i] ?? 1, dim])));
}

