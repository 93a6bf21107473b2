import { mapNd } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { asTensors } from "./constant.ts";
import type { TensorLike } from "./constant.ts";
import { zeros } from "./fill.ts";
import { sumTo } from "./reduce.ts";
import { broadcastTangent } from "./broadcast.ts";
import { alignTangent } from "./reshape.ts";

const whereOp = singleOp<null>({
  name: "where",
  infer: (inputs) => {
    const [cond, a, b] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1), inputOf({ inputs }, 2)];
    if (cond.dtype !== "bool") {
      throw new TypeError(`where: expected a bool condition, got ${cond.toString()}; compare first, as in greater(x, 0)`);
    }
    if (a.dtype !== b.dtype) {
      throw new TypeError(`where: expected choices of one type, got ${a.toString()} and ${b.toString()}; use cast on one of them`);
    }
    return { shape: broadcastShapes("where", cond.shape, a.shape, b.shape), dtype: a.dtype };
  },
  evaluate: (inputs) => mapNd((c = 0, a = NaN, b = NaN) => (c !== 0 ? a : b), ...inputs),
  vjp: (node, g) => {
    const [cond, a, b] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
    return [undefined, sumTo(where(cond, g, 0), a.shape), sumTo(where(cond, 0, g), b.shape)];
  },
  jvp: (node, [, da, db], count) => {
    if (!da && !db) return undefined;
    const y = outputOf(node);
    const tangent = (t: Tensor | undefined): Tensor => (t ? alignTangent(t, y.rank + 1) : zeros([1], y.dtype));
    // The condition has no stack: it is aligned at the last axes.
    return broadcastTangent(where(inputOf(node), tangent(da), tangent(db)), [count, ...y.shape]);
  },
  elementwise: true,
  lower: (emitter, node, inputs) => {
    if (outputOf(node).dtype !== "bool") return emitter.emit("Where", inputs);
    // ONNX Runtime has no kernel that chooses booleans.
    const [cond = "", a = "", b = ""] = inputs;
    const rest = emitter.emit("And", [emitter.emit("Not", [cond]), b]);
    return emitter.emit("Or", [emitter.emit("And", [cond, a]), rest]);
  },
  simplify: (node) => {
    const [a, b] = [inputOf(node, 1), inputOf(node, 2)];
    return a === b && sameShape(a.shape, outputOf(node).shape) ? a : undefined;
  },
});

/** `a` where the condition holds, `b` elsewhere. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  return apply(whereOp, null, condition, ...asTensors([a, b]));
}
