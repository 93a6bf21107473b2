/** @file Elementwise ops that share work, or that ONNX Runtime is slow or wrong at as they stand. */
import { isFloat } from "../../host.ts";
import { sigmoid } from "../../ops/activations.ts";
import { div, mul } from "../../ops/binary.ts";
import { constant, scalarValue } from "../../ops/constant.ts";
import { matmul } from "../../ops/matmul.ts";
import { sameShape } from "../../shape.ts";
import { inputOf, outputOf, reachable } from "../../tensor.ts";
import type { Node, Tensor } from "../../tensor.ts";
import type { Fusion, Sharing } from "./fusion.ts";

/** `silu` beside the sigmoid that its derivative needs is one product: both are taken once. */
export function shareSigmoids(outputs: readonly Tensor[]): Sharing {
  const needed = new Set(reachable(outputs).flatMap((node) => (node.op.name === "sigmoid" ? node.inputs : [])));
  const known = new Map<Tensor, Tensor>();
  return (node, [x]) => {
    const before = node.inputs[0];
    if (!x || !before || !needed.has(before) || (node.op.name !== "silu" && node.op.name !== "sigmoid")) return undefined;
    const s = known.get(before) ?? sigmoid(x);
    known.set(before, s);
    return [node.op.name === "sigmoid" ? s : mul(x, s)];
  };
}

/**
 * `a (1 / b)` where nothing else needs `1 / b`. ONNX Runtime fuses it too, but where `a` is also an output it leaves the
 * quotient without its input and refuses the model (seen in 1.30).
 */
export const fuseReciprocal: Fusion = (node, inputs, { uses }) => {
  if (node.op.name !== "mul") return undefined;
  for (const [i, x] of node.inputs.entries()) {
    const reciprocal = inputs[i];
    const other = inputs[1 - i];
    if (!reciprocal || !other || reciprocal.node.op.name !== "div" || uses.get(x) !== 1) continue;
    const [one, divisor] = [inputOf(reciprocal.node, 0), inputOf(reciprocal.node, 1)];
    if (scalarValue(one) === 1 && sameShape(divisor.shape, reciprocal.shape)) return div(other, divisor);
  }
  return undefined;
};

const arithmetic = new Set(["add", "sub", "mul", "div"]);

/**
 * A column `[m, 1]` against a narrow matrix `[m, n]`, as times meet points: broadcasting n values at a time is slow,
 * repeating the column by a product with ones is not, and as exact.
 */
export function spreadColumns(node: Node, inputs: readonly Tensor[], spread: Map<string, Tensor>): readonly Tensor[] {
  const { shape } = outputOf(node);
  const width = shape[1];
  if (!arithmetic.has(node.op.name) || shape.length !== 2 || typeof width !== "number") return inputs;
  if (width < 2 || width > 16 || !isFloat(outputOf(node).dtype)) return inputs;
  return inputs.map((x) => {
    if (x.rank !== 2 || x.shape[1] !== 1 || x.shape[0] === 1) return x;
    const key = `${String(x.node.id)}.${String(x.index)} ${String(width)}`;
    const known = spread.get(key) ?? matmul(x, constant(new Float64Array(width).fill(1), [1, width], x.dtype));
    spread.set(key, known);
    return known;
  });
}
