import { gatherStrided, nd, stridesOf } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { resolveAxes } from "./reduce.ts";

const flipOp: Op<{ readonly axes: readonly number[] }> = singleOp<{ readonly axes: readonly number[] }>({
  name: "flip",
  infer: (inputs) => inputOf({ inputs }),
  evaluate: ([x], { axes }) => {
    if (x === undefined || sizeOf(x.shape) === 0) return x ?? nd([0]);
    const strides = stridesOf(x.shape);
    const last = axes.reduce((at, axis) => at + ((x.shape[axis] ?? 1) - 1) * (strides[axis] ?? 0), 0);
    return gatherStrided(x, x.shape, strides.map((stride, i) => (axes.includes(i) ? -stride : stride)), last);
  },
  vjp: ({ attrs }, g) => [flip(g, attrs.axes)],
  jvp: ({ attrs }, [dx]) => dx && flip(dx, attrs.axes.map((axis) => axis + 1)),
  simplify: (node) => {
    const x = inputOf(node);
    const { axes } = node.attrs;
    const moving = axes.filter((axis) => x.shape[axis] !== 1);
    if (moving.length < axes.length) return flip(x, moving);
    if (x.node.op !== (flipOp as unknown)) return undefined;
    const inner = (x.node.attrs as { readonly axes: readonly number[] }).axes;
    // Twice is not at all.
    return flip(inputOf(x.node), [...axes.filter((axis) => !inner.includes(axis)), ...inner.filter((axis) => !axes.includes(axis))]);
  },
  flops: () => 0,
  lower: (emitter, { attrs: { axes } }, [x = ""]) => {
    const each = (value: number): string => emitter.int64s(axes.map(() => value));
    // An end before the first entry, which −1 is not: that counts from the end.
    return emitter.emit("Slice", [x, each(-1), each(Number.MIN_SAFE_INTEGER), emitter.int64s(axes), each(-1)]);
  },
});

/**
 * Reverses the order along axes, which may be named.
 *
 * @param axes - one or several; negative ones count from the end
 */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  const resolved = resolveAxes("flip", x, typeof axes === "number" ? [axes] : axes);
  return resolved.length === 0 ? x : apply(flipOp, { axes: resolved }, x);
}
