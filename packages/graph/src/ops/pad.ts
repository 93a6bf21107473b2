import { nd } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { resolveAxis, staticDim } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { concatNd } from "./concat.ts";
import { slice } from "./slice.ts";

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
