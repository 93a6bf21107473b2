import type { Emitter } from "../emitter.ts";
import { nd } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { addDims, checkShape, dimAt, formatShape, resolveAxis } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { concat, concatNd } from "./concat.ts";
import { fitsType } from "./constant.ts";
import { flip } from "./flip.ts";
import { slice } from "./slice.ts";

/** Widths are numbers, or multiples of the name of the axis. */
export interface PadAttrs {
  readonly axis: number;
  readonly before: Dim;
  readonly after: Dim;
  readonly value: number;
}

export const padOp: Op<PadAttrs> = singleOp<PadAttrs>({
  name: "pad",
  infer: (inputs, { axis, before, after }) => {
    const x = inputOf({ inputs });
    const dim = dimAt(x.shape, axis);
    const inner = addDims(before, dim);
    const total = inner === undefined ? undefined : addDims(inner, after);
    if (total === undefined) {
      throw new RangeError(
        `pad: axis ${String(axis)} of ${formatShape(x.shape)} grows by multiples of "${String(dim)}" only, got ${String(before)} and ${String(after)}; trace with a number there`,
      );
    }
    return { shape: x.shape.map((d, i) => (i === axis ? total : d)), dtype: x.dtype };
  },
  evaluate: ([x], { axis, before, after, value }, run) => {
    if (x === undefined) return nd([0]);
    const [left, right] = run.resolve([before, after]).map((width) => filled(x, axis, width, value));
    return left && right ? concatNd([left, x, right], axis) : x;
  },
  vjp: (node, g) => {
    const { axis, before } = node.attrs;
    return [slice(g, axis, before, addDims(before, dimAt(inputOf(node).shape, axis)))];
  },
  jvp: ({ attrs }, [dx]) => dx && pad(dx, attrs.axis + 1, attrs.before, attrs.after),
  simplify: (node) => {
    const x = inputOf(node);
    const { axis, before, after, value } = node.attrs;
    if (before === 0 && after === 0) return x;
    if (x.node.op !== (padOp as unknown)) return undefined;
    const inner = x.node.attrs as PadAttrs;
    const [left, right] = [addDims(before, inner.before), addDims(inner.after, after)];
    const same = inner.axis === axis && Object.is(inner.value, value);
    return same && left !== undefined && right !== undefined ? pad(inputOf(x.node), axis, left, right, { value }) : undefined;
  },
  flops: () => 0,
  lower: (emitter, node, [x = ""]) => {
    const { axis, before, after, value } = node.attrs;
    const { shape, dtype } = inputOf(node);
    const along = (width: Dim): Shape => shape.map((_, i) => (i === axis ? width : 0));
    return emitPad(emitter, x, along(before), along(after), Object.is(value, 0) ? undefined : emitter.scalar(value, dtype));
  },
});

/**
 * Emits a padding, by default with zeros. All axes are named: where some are, ONNX Runtime's optimizer moves transposes
 * past the node and permutes the widths as if they were all there; where none is, it makes the widths those of a pool
 * behind it, which refuses what is larger than its window (seen in 1.30).
 */
export const emitPad = (emitter: Emitter<Tensor>, x: string, before: Shape, after: Shape, fill = ""): string =>
  emitter.emit("Pad", [x, emitter.dims([...before, ...after]), fill, emitter.int64s(before.map((_, axis) => axis))]);

function filled(x: NdArray, axis: number, width: number, value: number): NdArray {
  const part = nd(x.shape.map((dim, i) => (i === axis ? width : dim)));
  part.data.fill(value);
  return part;
}

/** What to pad with. */
export type PadOptions =
  | {
      /** Default 0. */
      readonly value?: number | undefined;
      readonly mode?: undefined;
    }
  | {
      /** `edge` repeats the outermost entries, `reflect` mirrors the axis at them without repeating them. */
      readonly mode: "edge" | "reflect";
      readonly value?: undefined;
    };

/**
 * Adds entries before and after along an axis: zeros, a value, or what stands at the ends.
 *
 * @param before - how many, from 0; on a named axis a multiple of its name, such as `"2*batch"`
 * @throws RangeError if the widths are no such sizes, or the axis is too short (`edge` needs 1 entry, `reflect` one more
 *   than it adds) or named for the mode
 */
export function pad(x: Tensor, axis: number, before: Dim, after: Dim, options: PadOptions = {}): Tensor {
  const at = resolveAxis("pad", axis, x.rank);
  checkShape("pad: widths", [before, after]);
  if (options.mode !== undefined) return padWithOwn(x, at, [before, after], options.mode, options.value);
  const { value = 0 } = options;
  if (!fitsType(value, x.dtype)) throw new RangeError(`pad: expected a value that fits ${x.toString()}, got ${String(value)}`);
  return apply(padOp, { axis: at, before, after, value }, x);
}

function padWithOwn(x: Tensor, axis: number, [before, after]: readonly [Dim, Dim], mode: string, value?: number): Tensor {
  if ((mode !== "edge" && mode !== "reflect") || value !== undefined) {
    throw new TypeError(`pad: expected mode "edge" or "reflect", or a value, got mode "${mode}"${value === undefined ? "" : " and a value"}`);
  }
  const dim = dimAt(x.shape, axis);
  if (typeof dim === "string" || typeof before === "string" || typeof after === "string") {
    throw new RangeError(`pad: mode "${mode}" needs an axis of known size, got axis ${String(axis)} of ${formatShape(x.shape)}; trace with a number there`);
  }
  const needed = mode === "edge" ? 1 : 1 + Math.max(before, after);
  if (dim < needed) {
    throw new RangeError(`pad: mode "${mode}" needs an axis of size ${String(needed)} or more, got axis ${String(axis)} of ${formatShape(x.shape)}`);
  }
  const outside = (start: number, width: number): Tensor =>
    mode === "edge"
      ? broadcastTo(slice(x, axis, start, start + 1), x.shape.map((d, i) => (i === axis ? width : d)))
      : flip(slice(x, axis, start, start + width), axis);
  const [left, right] = mode === "edge" ? [0, dim - 1] : [1, dim - 1 - after];
  return concat([outside(left, before), x, outside(right, after)], axis);
}
