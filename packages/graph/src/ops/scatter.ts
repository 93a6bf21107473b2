/** @file Adding to entries of an axis by index: equal indices add up. */
import { nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { formatShape, productOf, resolveAxis, sameShape, sizeOf } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { requireNumber } from "./checks.ts";
import { zeros } from "./fill.ts";
import { gather, gatherAlong, visitAlong } from "./gather.ts";
import { checkIndices, entryAt } from "./indices.ts";
import { expandDims } from "./reshape.ts";

interface ScatterAttrs {
  readonly axis: number;
}

type Scatter = (x: Tensor, indices: Tensor, updates: Tensor, axis: number) => Tensor;

function checkScatter(name: string, inputs: readonly Tensor[], axis: number, expected: Shape): void {
  const [x, indices, updates] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1), inputOf({ inputs }, 2)];
  requireNumber(name, x);
  checkIndices(name, x, indices, axis);
  if (updates.dtype === x.dtype && sameShape(expected, updates.shape)) return;
  throw new RangeError(
    `${name}: expected updates ${x.dtype}${formatShape(expected)} for indices ${formatShape(indices.shape)} on axis ${String(axis)} of ${x.toString()}, got ${updates.toString()}`,
  );
}

/** The tangent is the scatter of the tangents: a scatter is linear in what it adds to and in what it adds. */
function scatterTangent(
  again: Scatter,
  node: Node<ScatterAttrs>,
  [dx, , du]: readonly (Tensor | undefined)[],
  count: Dim,
  indices: Tensor,
): Tensor | undefined {
  const x = inputOf(node);
  return du ? again(dx ?? zeros([count, ...x.shape], x.dtype), indices, du, node.attrs.axis + 1) : dx;
}

/** The shape of updates that come one whole entry for each index. */
const entriesShape = (x: Shape, indices: Shape, axis: number): Shape => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];

const scatterAddOp: Op<ScatterAttrs> = singleOp<ScatterAttrs>({
  name: "scatterAdd",
  infer: (inputs, { axis }) => {
    const [x, indices] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    checkScatter("scatterAdd", inputs, axis, entriesShape(x.shape, indices.shape, axis));
    productOf("scatterAdd: indices", indices.shape);
    return { shape: x.shape, dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices, updates] = [ndAt(inputs, 0), ndAt(inputs, 1), ndAt(inputs, 2)];
    const out = nd(x.shape, x.data.slice());
    const width = sizeOf(x.shape.slice(axis + 1));
    const size = x.shape[axis] ?? 0;
    let from = 0;
    for (let row = 0; row < sizeOf(x.shape.slice(0, axis)); row++) {
      for (const index of indices.data) {
        const to = (row * size + entryAt("scatterAdd", index, x, axis)) * width;
        for (let i = 0; i < width; i++) out.data[to + i] = (out.data[to + i] ?? NaN) + (updates.data[from++] ?? NaN);
      }
    }
    return out;
  },
  vjp: (node, g) => [g, undefined, gather(g, inputOf(node, 1), node.attrs.axis)],
  jvp: (node, tangents, count) => scatterTangent(scatterAdd, node, tangents, count, inputOf(node, 1)),
  flops: (node, count) => count(inputOf(node, 2).shape),
  lower: (emitter, node, [x = "", indices = "", updates = ""]) => {
    const { axis } = node.attrs;
    const { shape } = inputOf(node);
    const own = inputOf(node, 1).shape;
    const count = productOf("scatterAdd", own);
    const flat = entriesShape(shape, [count], axis);
    const column = emitter.reshape(indices, shape.map((_, i) => (i === axis ? count : 1)));
    const spread = shape.length === 1 ? column : emitter.emit("Expand", [column, emitter.dims(flat)]);
    const values = own.length === 1 ? updates : emitter.reshape(updates, flat);
    // ScatterND would be several times faster, but ONNX Runtime shares its updates out to threads without locks: equal
    // indices lose some.
    return emitter.emit("ScatterElements", [x, spread, values], { axis, reduction: "add" });
  },
});

/**
 * Adds an entry for each index to the entries of an axis that the indices name; equal indices add up. From zeros it is the
 * derivative of `gather`, and a sum by segments: `scatterAdd(zeros([n, width]), labels, rows)`.
 *
 * @param indices - int32 or int64 of any shape; negative ones count from the end
 * @param updates - of the shape of `gather(x, indices, axis)`
 * @param axis - default 0
 * @throws RangeError if types or shapes disagree, or constant indices leave an axis of known size; others fail when the
 *   program runs
 */
export function scatterAdd(x: Tensor, indices: Tensor, updates: Tensor, axis = 0): Tensor {
  return apply(scatterAddOp, { axis: resolveAxis("scatterAdd", axis, x.rank) }, x, indices, updates);
}

const scatterAddAlongOp: Op<ScatterAttrs> = singleOp<ScatterAttrs>({
  name: "scatterAddAlong",
  infer: (inputs, { axis }) => {
    const [x, indices] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    const expected = x.shape.map((dim, i) => (i === axis ? (indices.shape[axis] ?? 1) : dim));
    if (!sameShape(expected, indices.shape)) {
      throw new RangeError(
        `scatterAddAlong: expected indices of the shape ${formatShape(x.shape)} of x but for axis ${String(axis)}, got ${formatShape(indices.shape)}; broadcastTo fits them`,
      );
    }
    checkScatter("scatterAddAlong", inputs, axis, indices.shape);
    return { shape: x.shape, dtype: x.dtype };
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices, updates] = [ndAt(inputs, 0), ndAt(inputs, 1), ndAt(inputs, 2)];
    const out: NdArray = nd(x.shape, x.data.slice());
    visitAlong("scatterAddAlong", x, indices, axis, (to, from) => {
      out.data[to] = (out.data[to] ?? NaN) + (updates.data[from] ?? NaN);
    });
    return out;
  },
  vjp: (node, g) => [g, undefined, gatherAlong(g, inputOf(node, 1), node.attrs.axis)],
  jvp: (node, tangents, count) => {
    const indices = inputOf(node, 1);
    return scatterTangent(scatterAddAlong, node, tangents, count, broadcastTo(expandDims(indices, 0), [count, ...indices.shape]));
  },
  flops: (node, count) => count(inputOf(node, 2).shape),
  lower: (emitter, { attrs }, inputs) => emitter.emit("ScatterElements", inputs, { axis: attrs.axis, reduction: "add" }),
});

/**
 * Adds one number for each index, line by line; equal indices add up. From zeros it is the derivative of `gatherAlong`.
 *
 * @param indices - int32 or int64, of the shape of `x` but for the axis; negative ones count from the end
 * @param updates - of the shape of `indices`
 * @throws RangeError if types or shapes disagree, or constant indices leave an axis of known size; others fail when the
 *   program runs
 */
export function scatterAddAlong(x: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor {
  return apply(scatterAddAlongOp, { axis: resolveAxis("scatterAddAlong", axis, x.rank) }, x, indices, updates);
}
