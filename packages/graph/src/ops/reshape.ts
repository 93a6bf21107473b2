/** @file The same values in another shape. */
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { checkShape, dimAt, divideDims, formatShape, productOf, resolveAxis, sameShape } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { beforeBroadcast, broadcastTo } from "./broadcast.ts";

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

/** A stacked tangent with axes of size 1 inserted after the stack until its rank is `rank`. */
export function alignTangent(tangent: Tensor, rank: number): Tensor {
  if (tangent.rank >= rank) return tangent;
  const gap = Array.from({ length: rank - tangent.rank }, () => 1);
  return reshape(tangent, [dimAt(tangent.shape, 0), ...gap, ...tangent.shape.slice(1)]);
}
