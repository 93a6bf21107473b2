import { gatherStrided, nd, stridesOf } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { addDims, dimAt, divideDims, formatShape, productOf, resolveAxis, subtractDims, termOf } from "../shape.ts";
import type { Dim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Node, Op, Tensor, TensorsOf } from "../tensor.ts";
import { concatOp } from "./concat.ts";
import type { ConcatAttrs } from "./concat.ts";
import { full } from "./fill.ts";
import { pad, padOp } from "./pad.ts";
import type { PadAttrs } from "./pad.ts";
import { reshape } from "./reshape.ts";

/** Every `step`-th entry of `[start, end)`; bounds are numbers, or multiples of the name of the axis. */
interface SliceAttrs {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number;
}

const sliceOp: Op<SliceAttrs> = singleOp<SliceAttrs>({
  name: "slice",
  infer: (inputs, attrs) => {
    const x = inputOf({ inputs });
    const size = sizeOfPart(attrs);
    if (size === undefined || subtractDims(dimAt(x.shape, attrs.axis), attrs.end) === undefined) refuseBounds(x, attrs);
    return { shape: x.shape.map((dim, i) => (i === attrs.axis ? size : dim)), dtype: x.dtype };
  },
  evaluate: ([x], { axis, start, end, step }, run) => {
    if (x === undefined) return nd([0]);
    const [from = 0, to = 0] = run.resolve([start, end]);
    const strides = stridesOf(x.shape);
    return gatherStrided(
      x,
      x.shape.map((dim, i) => (i === axis ? Math.ceil((to - from) / step) : dim)),
      strides.map((stride, i) => (i === axis ? stride * step : stride)),
      from * (strides[axis] ?? 0),
    );
  },
  vjp: (node, g) => [putBack(node, g)],
  jvp: ({ attrs }, [dx]) => dx && apply(sliceOp, { ...attrs, axis: attrs.axis + 1 }, dx),
  simplify: (node) => {
    const x = inputOf(node);
    const { axis, start, end, step } = node.attrs;
    if (start === 0 && end === x.shape[axis] && step === 1) return x;
    return sliceOfSlice(x, node.attrs) ?? sliceOfConcat(x, node.attrs) ?? sliceOfPad(x, node.attrs);
  },
  flops: () => 0,
  lower: (emitter, { attrs: { axis, start, end, step } }, [x = ""]) => {
    const bounds = [emitter.dims([start]), emitter.dims([end]), emitter.int64s([axis])];
    return emitter.emit("Slice", [x, ...bounds, ...(step === 1 ? [] : [emitter.int64s([step])])]);
  },
});

/** How many entries a part has, or undefined where that is no dimension. */
function sizeOfPart({ start, end, step }: Omit<SliceAttrs, "axis">): Dim | undefined {
  const span = subtractDims(end, start);
  if (typeof span !== "number") return span === undefined ? undefined : divideDims(span, step);
  const whole = [start, end].every((bound) => typeof bound === "string" || (Number.isInteger(bound) && bound >= 0));
  return whole ? Math.ceil(span / step) : undefined;
}

function refuseBounds(x: Tensor, { axis, start, end, step }: SliceAttrs): never {
  const { factor, symbol } = termOf(dimAt(x.shape, axis));
  const expected =
    symbol === undefined
      ? `expected ${String(-factor)} <= start <= end <= ${String(factor)} on axis ${String(axis)} of ${formatShape(x.shape)}`
      : `axis ${String(axis)} of ${formatShape(x.shape)} is named: expected start <= end that are 0 or multiples of "${symbol}", in whole steps`;
  const advice = symbol === undefined ? "" : "; gather takes single entries of a named axis";
  const by = step === 1 ? "" : ` by ${String(step)}`;
  throw new RangeError(`slice: ${expected}, got ${String(start)} and ${String(end)}${by}${advice}`);
}

/** Zeros where the slice did not read. */
function putBack(node: Node<SliceAttrs>, g: Tensor): Tensor {
  const { axis, start, step } = node.attrs;
  const { shape } = inputOf(node);
  const room = subtractDims(dimAt(shape, axis), start) ?? 0;
  const spread = step === 1 ? g : spreadOut(g, axis, step);
  const rest = subtractDims(room, dimAt(spread.shape, axis));
  // The last step may reach over the end.
  return rest === undefined ? pad(slice(spread, axis, 0, room), axis, start, 0) : pad(spread, axis, start, rest);
}

/** `step - 1` zeros after every entry. */
function spreadOut(x: Tensor, axis: number, step: number): Tensor {
  const [before, dim, after] = [x.shape.slice(0, axis), dimAt(x.shape, axis), x.shape.slice(axis + 1)];
  const spread = productOf("slice", [dim, step]);
  return reshape(pad(reshape(x, [...before, dim, 1, ...after]), axis + 1, 0, step - 1), [...before, spread, ...after]);
}

function sliceOfSlice(x: Tensor, { axis, start, end, step }: SliceAttrs): Tensor | undefined {
  if (x.node.op !== (sliceOp as unknown)) return undefined;
  const inner = x.node.attrs as SliceAttrs;
  if (inner.axis !== axis) return undefined;
  if (inner.step === 1) {
    const [from, to] = [addDims(inner.start, start), addDims(inner.start, end)];
    return from === undefined || to === undefined ? undefined : slice(inputOf(x.node), axis, from, to, step);
  }
  const size = sizeOfPart({ start, end, step });
  if (typeof size !== "number" || size === 0 || typeof start !== "number" || typeof inner.start !== "number") return undefined;
  const [from, by] = [inner.start + start * inner.step, step * inner.step];
  return slice(inputOf(x.node), axis, from, from + (size - 1) * by + 1, by);
}

/** What lies in one part of a concat is a slice of that part. */
function sliceOfConcat(x: Tensor, { axis, start, end, step }: SliceAttrs): Tensor | undefined {
  if (x.node.op !== (concatOp as unknown) || (x.node.attrs as ConcatAttrs).axis !== axis) return undefined;
  let offset: Dim = 0;
  for (const part of x.node.inputs) {
    const [from, to] = [subtractDims(start, offset), subtractDims(end, offset)];
    const dim = dimAt(part.shape, axis);
    if (from !== undefined && to !== undefined && subtractDims(dim, to) !== undefined) return slice(part, axis, from, to, step);
    offset = addDims(offset, dim) ?? 0;
  }
  return undefined;
}

/** A slice of what was padded, or of the padding, or one that only crops the padding. */
function sliceOfPad(x: Tensor, { axis, start, end, step }: SliceAttrs): Tensor | undefined {
  if (x.node.op !== (padOp as unknown)) return undefined;
  const { before, value, ...inner } = x.node.attrs as PadAttrs;
  if (inner.axis !== axis) return undefined;
  const bare = inputOf(x.node);
  const dim = dimAt(bare.shape, axis);
  const [from, to, stop] = [subtractDims(start, before), subtractDims(end, before), addDims(before, dim) ?? 0];
  if (from !== undefined && to !== undefined && subtractDims(dim, to) !== undefined) return slice(bare, axis, from, to, step);
  const size = sizeOfPart({ start, end, step });
  if (size === undefined) return undefined;
  if (subtractDims(before, end) !== undefined || subtractDims(start, stop) !== undefined) {
    return full(x.shape.map((d, i) => (i === axis ? size : d)), value, x.dtype);
  }
  const [left, right] = [subtractDims(before, start), subtractDims(end, stop)];
  return step === 1 && left !== undefined && right !== undefined ? pad(bare, axis, left, right, { value }) : undefined;
}

/**
 * The part from `start` to before `end` of an axis, or every `step`-th entry of it.
 *
 * @param start - a negative number counts from the end; on a named axis 0 or a multiple of its name, such as `"2*batch"`
 * @param end - as `start`; default the end of the axis
 * @param step - from 1, default 1; `flip` reverses
 * @throws RangeError if the bounds leave the axis, or are no multiples of the name of a named one
 */
export function slice(x: Tensor, axis: number, start: Dim, end?: Dim, step = 1): Tensor {
  const at = resolveAxis("slice", axis, x.rank);
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(`slice: expected a step that is a whole number from 1, got ${String(step)}; use flip to reverse`);
  }
  const dim = dimAt(x.shape, at);
  const bound = (value: Dim): Dim => (typeof value === "number" && value < 0 && typeof dim === "number" && value >= -dim ? value + dim : value);
  return apply(sliceOp, { axis: at, start: bound(start), end: bound(end ?? dim), step }, x);
}

/**
 * Cuts an axis into parts of the given sizes, or into so many equal ones.
 *
 * @param sizes - sizes that add up to that of the axis, or the number of parts
 * @throws RangeError if the sizes do not add up, or the number does not divide the size of the axis
 */
export function split<const S extends readonly Dim[]>(x: Tensor, axis: number, sizes: S | number): TensorsOf<S> {
  const at = resolveAxis("split", axis, x.rank);
  const dim = dimAt(x.shape, at);
  const parts = typeof sizes === "number" ? equalParts(x, at, sizes) : sizes;
  const starts: Dim[] = [];
  let total: Dim = 0;
  for (const size of parts) {
    starts.push(total);
    const next: Dim | undefined = addDims(total, size);
    if (next === undefined) refuseSizes(x, at, parts);
    total = next;
  }
  if (total !== dim) refuseSizes(x, at, parts);
  return starts.map((start, i) => slice(x, at, start, starts[i + 1] ?? dim)) as TensorsOf<S>;
}

function refuseSizes(x: Tensor, axis: number, sizes: readonly Dim[]): never {
  throw new RangeError(
    `split: expected sizes that add up to ${String(x.shape[axis])}, the size of axis ${String(axis)} of ${formatShape(x.shape)}, got ${sizes.join(" + ")}`,
  );
}

function equalParts(x: Tensor, axis: number, count: number): readonly Dim[] {
  const size = Number.isInteger(count) && count > 0 ? divideDims(dimAt(x.shape, axis), count) : undefined;
  if (size === undefined) {
    throw new RangeError(
      `split: expected a number of parts that divides ${String(x.shape[axis])}, the size of axis ${String(axis)} of ${formatShape(x.shape)}, got ${String(count)}`,
    );
  }
  return Array.from({ length: count }, () => size);
}
