/** @file Sums of products and squares, which are products too. */
import { columnSumOp, sumSquareOp } from "../../ops/fused.ts";
import { matmul } from "../../ops/matmul.ts";
import { sumOp } from "../../ops/reduce.ts";
import type { ReduceAttrs } from "../../ops/reduce.ts";
import { reshape } from "../../ops/reshape.ts";
import { apply } from "../../op.ts";
import { isStatic, sameShape, sizeOf } from "../../shape.ts";
import { inputOf, outputOf } from "../../tensor.ts";
import type { Fusion } from "./fusion.ts";

/** A sum of all squares needs no squares; over some axes alone ONNX Runtime is two to five times slower at it. */
export const fuseSumSquare: Fusion = (node, inputs) => {
  const x = inputs[0];
  if (node.op.name !== "sum" || x?.node.op.name !== "square") return undefined;
  const { axes } = node.attrs as ReduceAttrs;
  if (!x.shape.every((dim, axis) => dim === 1 || axes.includes(axis))) return undefined;
  return apply(sumSquareOp, node.attrs as ReduceAttrs, inputOf(x.node));
};

/** Rows shorter than this are summed as they are. */
const leastDot = 32;

/** The sum of a product over the last axes, where nothing else needs the product: a product of rows with rows, half the time. */
export const fuseDot: Fusion = (node, [x], { uses, target }) => {
  const product = node.inputs[0];
  if (target !== "onnxruntime" || node.op !== (sumOp as unknown) || !x || !product || uses.get(product) !== 1 || x.dtype !== "float32") return undefined;
  const [a, b = a] = x.node.inputs;
  const { axes } = node.attrs as ReduceAttrs;
  const kept = x.rank - axes.length;
  const [rows, row] = [x.shape.slice(0, kept), x.shape.slice(kept)];
  const multiplied = (x.node.op.name === "mul" || x.node.op.name === "square") && a && b && sameShape(a.shape, x.shape) && sameShape(b.shape, x.shape);
  const last = Math.min(...axes) === kept && isStatic(row) && rows.filter((dim) => typeof dim === "string").length <= 1;
  if (!multiplied || !last || kept === 0 || sizeOf(row) < leastDot) return undefined;
  const [left, right] = [a, b].map((operand) => reshape(operand, [...rows, 1, sizeOf(row)]));
  return left && right && reshape(matmul(left, right, { transposeB: true }), outputOf(node).shape);
};

/** The sum of the rows of a matrix, as bias gradients take it, is a product with ones: several times faster. */
export const fuseColumnSum: Fusion = (node, inputs) => {
  const total = inputs[0];
  if (!total || node.op.name !== "reshape" || outputOf(node).rank !== 1) return undefined;
  if (total.node.op !== (sumOp as unknown)) return undefined;
  const x = inputOf(total.node);
  const { axes } = total.node.attrs as ReduceAttrs;
  const fits = x.rank === 2 && axes.length === 1 && axes[0] === 0 && typeof x.shape[0] === "number";
  return fits ? apply(columnSumOp, null, x) : undefined;
};
