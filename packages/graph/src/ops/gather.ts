/** @file Reading entries of an axis by index, whose derivatives add to the entries read. */
import { nd, ndAt, stridesOf } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { formatShape, resolveAxis, sameShape, sizeOf } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { zerosLike } from "./fill.ts";
import { checkIndices, entryAt } from "./indices.ts";
import { expandDims } from "./reshape.ts";
import { scatterAdd, scatterAddAlong } from "./scatter.ts";

const gatherOp = singleOp<{ readonly axis: number }>({
  name: "gather",
  infer: (inputs, { axis }) => {
    const [x, indices] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    checkIndices("gather", x, indices, axis);
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const out = nd([...before, ...indices.shape, ...after]);
    const width = sizeOf(after);
    const size = x.shape[axis] ?? 0;
    let to = 0;
    for (let row = 0; row < sizeOf(before); row++) {
      for (const index of indices.data) {
        const from = (row * size + entryAt("gather", index, x, axis)) * width;
        out.data.set(x.data.subarray(from, from + width), to);
        to += width;
      }
    }
    return out;
  },
  vjp: (node, g) => [scatterAdd(zerosLike(inputOf(node)), inputOf(node, 1), g, node.attrs.axis), undefined],
  jvp: (node, [dx]) => dx && gather(dx, inputOf(node, 1), node.attrs.axis + 1),
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("Gather", inputs, { axis: attrs.axis }),
});

/**
 * The entries of an axis that indices name (NumPy's `take`), as rows of an embedding: for a table `[n, width]` and labels
 * `["batch"]` the rows are `["batch", width]`. Its derivative adds to the entries read, `scatterAdd`.
 *
 * @param indices - int32 or int64 of any shape, which stands in the place of the axis; negative ones count from the end
 * @param axis - default 0
 * @throws RangeError if constant indices leave an axis of known size; others fail when the program runs
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply(gatherOp, { axis: resolveAxis("gather", axis, x.rank) }, x, indices);
}

const gatherAlongOp = singleOp<{ readonly axis: number }>({
  name: "gatherAlong",
  infer: (inputs, { axis }) => {
    const [x, indices] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    checkIndices("gatherAlong", x, indices, axis);
    const expected = x.shape.map((dim, i) => (i === axis ? (indices.shape[axis] ?? 1) : dim));
    if (!sameShape(expected, indices.shape)) {
      throw new RangeError(
        `gatherAlong: expected indices of the shape ${formatShape(x.shape)} of x but for axis ${String(axis)}, got ${formatShape(indices.shape)}; broadcastTo fits them`,
      );
    }
    return { shape: indices.shape, dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices] = [ndAt(inputs, 0), ndAt(inputs, 1)];
    const out = nd(indices.shape);
    visitAlong("gatherAlong", x, indices, axis, (from, to) => (out.data[to] = x.data[from] ?? NaN));
    return out;
  },
  vjp: (node, g) => [scatterAddAlong(zerosLike(inputOf(node)), inputOf(node, 1), g, node.attrs.axis), undefined],
  jvp: (node, [dx], count) =>
    dx && gatherAlong(dx, broadcastTo(expandDims(inputOf(node, 1), 0), [count, ...inputOf(node, 1).shape]), node.attrs.axis + 1),
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("GatherElements", inputs, { axis: attrs.axis }),
});

/** Visits each index with the place in `x` that it names and its own. */
export function visitAlong(
  name: string,
  x: { readonly shape: readonly number[]; readonly data: Float64Array },
  indices: { readonly shape: readonly number[]; readonly data: Float64Array },
  axis: number,
  visit: (named: number, own: number) => void,
): void {
  const width = stridesOf(x.shape)[axis] ?? 1;
  const [size, count] = [x.shape[axis] ?? 0, indices.shape[axis] ?? 0];
  indices.data.forEach((index, own) => {
    const row = Math.floor(own / (count * width));
    visit((row * size + entryAt(name, index, x, axis)) * width + (own % width), own);
  });
}

/**
 * One entry of an axis for each index, line by line (NumPy's `take_along_axis`), as the probability of each label:
 * `y[i][j] = x[i][indices[i][j]]` for axis 1. Its derivative is `scatterAddAlong`.
 *
 * @param indices - int32 or int64, of the shape of `x` but for the axis; negative ones count from the end
 * @throws RangeError if shapes disagree, or constant indices leave an axis of known size; others fail when the program runs
 */
export function gatherAlong(x: Tensor, indices: Tensor, axis: number): Tensor {
  return apply(gatherAlongOp, { axis: resolveAxis("gatherAlong", axis, x.rank) }, x, indices);
}
