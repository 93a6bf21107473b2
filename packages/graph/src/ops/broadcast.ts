import { broadcastNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { broadcastShapes, checkShape, formatShape, isStatic, sameShape, sizeOf } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { inputOf, only } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { sumTo } from "./reduce.ts";
import { alignTangent } from "./reshape.ts";

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
  lower: (emitter, { attrs: { shape }, outputs }, [x = ""]) => {
    // ONNX Runtime takes an Expand of 1 to 0 for one that changes nothing.
    if (isStatic(shape) && sizeOf(shape) === 0) return emitter.constant(new Float64Array(0), shape, only(outputs).dtype);
    return emitter.emit("Expand", [x, emitter.dims(shape)]);
  },
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
