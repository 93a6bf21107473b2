/** @file Ops that move values without changing them. */
import { broadcastNd, gatherStrided, nd, ndAt, stridesOf } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { dataTypes } from "../onnx/data-types.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import {
  addDims,
  broadcastShapes,
  checkShape,
  dimAt,
  divideDims,
  formatShape,
  productOf,
  resolveAxis,
  sameShape,
  sizeOf,
  staticDim,
  termOf,
} from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import type { Op, Tensor } from "../tensor.ts";
import { zeros } from "./fill.ts";
import { sumTo } from "./reduce.ts";

// ---- reshape

const reshapeOp = singleOp<{ readonly shape: Shape }>({
  name: "reshape",
  infer: (inputs, { shape }) => ({ shape, dtype: inputOf({ inputs }).dtype }),
  evaluate: (inputs, { shape }, run) => nd(run.resolve(shape), ndAt(inputs).data),
  vjp: (node, g) => [reshape(g, inputOf(node).shape)],
  jvp: ({ attrs }, [dx], count) => dx && reshape(dx, [count, ...attrs.shape]),
  simplify: (node) => {
    const x = inputOf(node);
    if (sameShape(x.shape, node.attrs.shape)) return x;
    if (x.node.op.name === "reshape") return reshape(inputOf(x.node), node.attrs.shape);
    return reshapeBeforeBroadcast(x, node.attrs.shape);
  },
  flops: () => 0,
  view: true,
  lower: (emitter, { attrs }, [x]) => emitter.reshape(x, attrs.shape),
});

/**
 * The same values in another shape.
 *
 * @param shape - one entry may be -1 and is inferred
 * @throws RangeError if the sizes disagree, or two named dimensions would have to be told apart at run time
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  // Axes of size 1 come and go whatever the others are called.
  if (sameShape(withoutOnes(x.shape), withoutOnes(shape))) return apply(reshapeOp, { shape }, x);
  const full = inferDim(x.shape, shape);
  if (full.filter((dim) => typeof dim === "string").length > 1) {
    throw new RangeError(
      `reshape: ${formatShape(full)} has two named dimensions, which a run cannot tell apart; make one a number`,
    );
  }
  return apply(reshapeOp, { shape: full }, x);
}

/** Axes of size 1 come and go before a broadcast as well as after it, on less data. */
function reshapeBeforeBroadcast(x: Tensor, shape: Shape): Tensor | undefined {
  const bare = beforeBroadcast(x);
  if (bare === x || !sameShape(withoutOnes(x.shape), withoutOnes(shape))) return undefined;
  const sources = x.shape.flatMap((dim, axis) => (dim === 1 ? [] : [bare.shape[axis - (x.rank - bare.rank)] ?? 1]));
  let next = 0;
  return broadcastTo(reshape(bare, shape.map((dim) => (dim === 1 ? 1 : (sources[next++] ?? 1)))), shape);
}

const withoutOnes = (shape: Shape): Shape => shape.filter((dim) => dim !== 1);

function inferDim(from: Shape, to: Shape): Shape {
  const mismatch = (): never => {
    throw new RangeError(`reshape: cannot turn ${formatShape(from)} into ${formatShape(to)}: sizes differ`);
  };
  const unknown = to.indexOf(-1);
  const known = to.filter((_, i) => i !== unknown);
  checkShape("reshape", known);
  if (sameShape(from, to)) return to;
  const size = productOf("reshape", from);
  const rest = productOf("reshape", known);
  if (unknown < 0) return size === rest ? to : mismatch();
  const dim = divideDims(size, rest) ?? mismatch();
  return to.map((d, i) => (i === unknown ? dim : d));
}

/** Inserts an axis of size 1 at `axis` of the result. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = resolveAxis("expandDims", axis, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/**
 * Removes an axis of size 1.
 *
 * @throws RangeError if its size is not 1
 */
export function squeeze(x: Tensor, axis: number): Tensor {
  const at = resolveAxis("squeeze", axis, x.rank);
  if (x.shape[at] !== 1) {
    throw new RangeError(`squeeze: axis ${String(axis)} of ${formatShape(x.shape)} has not the size 1`);
  }
  return reshape(x, [...x.shape.slice(0, at), ...x.shape.slice(at + 1)]);
}

// ---- transpose

const isPermutation = (perm: readonly number[], rank: number): boolean =>
  perm.length === rank && [...perm].sort((a, b) => a - b).every((axis, i) => axis === i);

const transposeOp = singleOp<{ readonly perm: readonly number[] }>({
  name: "transpose",
  infer: (inputs, { perm }) => {
    const x = inputOf({ inputs });
    if (!isPermutation(perm, x.rank)) {
      throw new RangeError(
        `transpose: expected a permutation of the ${String(x.rank)} axes of ${formatShape(x.shape)}, got [${perm.join(", ")}]`,
      );
    }
    return { shape: perm.map((axis) => dimAt(x.shape, axis)), dtype: x.dtype };
  },
  evaluate: ([x], { perm }) => {
    if (x === undefined) return nd([0]);
    const strides = stridesOf(x.shape);
    return gatherStrided(
      x,
      perm.map((axis) => x.shape[axis] ?? 0),
      perm.map((axis) => strides[axis] ?? 0),
    );
  },
  vjp: ({ attrs }, g) => [transpose(g, attrs.perm.map((_, i) => attrs.perm.indexOf(i)))],
  jvp: ({ attrs }, [dx]) => dx && transpose(dx, [0, ...attrs.perm.map((axis) => axis + 1)]),
  simplify: (node) => {
    const x = inputOf(node);
    const { perm } = node.attrs;
    if (perm.every((axis, i) => axis === i)) return x;
    if (x.node.op === transposeOp) {
      const inner = x.node.attrs as { readonly perm: readonly number[] };
      return transpose(inputOf(x.node), perm.map((axis) => inner.perm[axis] ?? 0));
    }
    return undefined;
  },
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("Transpose", inputs, { perm: attrs.perm }),
});

/** Reorders axes: axis `i` of the result is axis `perm[i]` of `x`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return apply(transposeOp, { perm }, x);
}

/** Exchanges the last two axes. */
export function swapLastTwo(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** The input of a transpose of just the last two axes, or undefined. */
export function swappedInput(x: Tensor): Tensor | undefined {
  if (x.node.op !== transposeOp || x.rank < 2) return undefined;
  const { perm } = x.node.attrs as { readonly perm: readonly number[] };
  const swaps = perm.every((axis, i) => axis === (i < x.rank - 2 ? i : 2 * x.rank - 3 - i));
  return swaps ? inputOf(x.node) : undefined;
}

// ---- broadcast

const broadcastToOp: Op<{ readonly shape: Shape }> = singleOp<{ readonly shape: Shape }>({
  name: "broadcastTo",
  infer: (inputs, { shape }) => {
    const x = inputOf({ inputs });
    checkShape("broadcastTo", shape);
    if (!sameShape(broadcastShapes("broadcastTo", x.shape, shape), shape)) {
      throw new RangeError(`broadcastTo: cannot broadcast ${formatShape(x.shape)} to ${formatShape(shape)}`);
    }
    return { shape, dtype: x.dtype };
  },
  evaluate: (inputs, { shape }, run) => broadcastNd(ndAt(inputs), run.resolve(shape)),
  vjp: (node, g) => [sumTo(g, inputOf(node).shape)],
  jvp: ({ attrs }, [dx], count) => dx && broadcastTangent(dx, [count, ...attrs.shape]),
  simplify: (node) => {
    const x = inputOf(node);
    if (sameShape(x.shape, node.attrs.shape)) return x;
    return x.node.op === broadcastToOp ? broadcastTo(inputOf(x.node), node.attrs.shape) : undefined;
  },
  flops: () => 0,
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("Expand", [x, emitter.dims(attrs.shape)]),
});

/** Repeats axes of size 1 (and missing leading ones) until the shape is `shape`; dimensions may be named. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(broadcastToOp, { shape }, x);
}

/** What `x` was before a `broadcastTo`, or `x` itself. */
export function beforeBroadcast(x: Tensor): Tensor {
  return x.node.op === broadcastToOp ? inputOf(x.node) : x;
}

/** A stacked tangent `[k, ...s]` broadcast to `[k, ...shape]`: the new axes come after the stack. */
export function broadcastTangent(tangent: Tensor, shape: Shape): Tensor {
  return broadcastTo(alignTangent(tangent, shape.length), shape);
}

/** A stacked tangent with axes of size 1 inserted after the stack until its rank is `rank`. */
export function alignTangent(tangent: Tensor, rank: number): Tensor {
  if (tangent.rank >= rank) return tangent;
  const gap = Array.from({ length: rank - tangent.rank }, () => 1);
  return reshape(tangent, [dimAt(tangent.shape, 0), ...gap, ...tangent.shape.slice(1)]);
}

// ---- concat

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

function concatNd(inputs: readonly NdArray[], axis: number): NdArray {
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

// ---- slice and pad

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

interface PadAttrs {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

const padOp = singleOp<PadAttrs>({
  name: "pad",
  infer: (inputs, { axis, before, after }) => {
    const x = inputOf({ inputs });
    if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
      throw new RangeError(`pad: expected whole numbers from 0, got ${String(before)} and ${String(after)}`);
    }
    const dim = staticDim("pad", x.shape, axis);
    return { shape: x.shape.map((d, i) => (i === axis ? before + dim + after : d)), dtype: x.dtype };
  },
  evaluate: ([x], { axis, before, after }) => {
    if (x === undefined) return nd([0]);
    const part = (width: number): NdArray => nd(x.shape.map((d, i) => (i === axis ? width : d)));
    return concatNd([part(before), x, part(after)], axis);
  },
  vjp: (node, g) => {
    const { axis, before } = node.attrs;
    return [slice(g, axis, before, before + staticDim("pad", inputOf(node).shape, axis))];
  },
  jvp: ({ attrs }, [dx]) => dx && pad(dx, attrs.axis + 1, attrs.before, attrs.after),
  simplify: (node) => (node.attrs.before + node.attrs.after === 0 ? inputOf(node) : undefined),
  flops: () => 0,
  lower: (emitter, { attrs }, [x = ""]) =>
    emitter.emit("Pad", [x, emitter.int64s([attrs.before, attrs.after]), "", emitter.int64s([attrs.axis])]),
});

/** Adds zeros before and after along an axis whose size is known. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return apply(padOp, { axis: resolveAxis("pad", axis, x.rank), before, after }, x);
}

// ---- size

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
