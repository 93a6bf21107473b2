/** @file The same values in another shape. */
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { checkShape, dimAt, dimOf, formatShape, resolveAxis, sameShape, sizeTerms } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
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
 * The same values in another shape. A named dimension may take up or give off a factor (`["batch", 6]` as
 * `["3*batch", 2]`); several keep their order and are never merged.
 *
 * @param shape - one entry may be -1 and is inferred
 * @throws RangeError if the sizes disagree, or named dimensions would be merged or exchanged
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return apply(reshapeOp, { shape: inferDim(x.shape, shape) }, x);
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
  const unknown = to.indexOf(-1);
  checkShape("reshape", to.filter((_, i) => i !== unknown));
  const size = sizeTerms(from);
  const shape = unknown < 0 ? to : to.map((dim, i) => (i === unknown ? missingDim(from, to) : dim));
  const { factor, symbols } = sizeTerms(shape);
  if (size.factor !== factor || !sameShape([...size.symbols].sort(), [...symbols].sort())) {
    if (size.factor !== 0 || factor !== 0) refuse(from, to, "sizes differ");
  } else if (factor !== 0 && !sameShape(size.symbols, symbols)) refuse(from, to, exchanged);
  return shape;
}

const exchanged = "named dimensions keep their order and are not merged; transpose them, or make one a number";

/** What the -1 in a shape stands for. */
function missingDim(from: Shape, to: Shape): Dim {
  const size = sizeTerms(from);
  const { factor, symbols } = sizeTerms(to);
  const rest = [...size.symbols];
  for (const symbol of symbols) {
    const at = rest.indexOf(symbol);
    if (at < 0) refuse(from, to, "sizes differ");
    rest.splice(at, 1);
  }
  if (rest.length > 1) refuse(from, to, exchanged);
  if (!Number.isInteger(size.factor / factor)) refuse(from, to, factor === 0 ? "nothing tells the -1 beside a 0" : "sizes differ");
  return dimOf({ factor: size.factor / -factor, symbol: rest[0] });
}

function refuse(from: Shape, to: Shape, why: string): never {
  throw new RangeError(`reshape: cannot turn ${formatShape(from)} into ${formatShape(to)}: ${why}`);
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
