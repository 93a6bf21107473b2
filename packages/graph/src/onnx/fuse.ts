/** @file The last rewriting before emission: pairs of ops that ONNX has as one. */
import { mapBodies, rebuildNode, rewrite } from "../body.ts";
import { convOp } from "../ops/conv-adjoints.ts";
import type { ConvAttrs } from "../ops/conv-adjoints.ts";
import { isFloat } from "../host.ts";
import { convWeightByImage } from "./conv-weight.ts";
import { sigmoid } from "../ops/activations.ts";
import { div, mul } from "../ops/binary.ts";
import { constant, scalarValue } from "../ops/constant.ts";
import { concat, concatOp } from "../ops/concat.ts";
import type { ConcatAttrs } from "../ops/concat.ts";
import { pad, padOp } from "../ops/pad.ts";
import type { PadAttrs } from "../ops/pad.ts";
import { matmul, matmulOp } from "../ops/matmul.ts";
import type { MatmulAttrs } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { apply } from "../op.ts";
import { dimAt, isStatic, sameShape, sizeOf } from "../shape.ts";
import type { Target } from "../emitter.ts";
import { inputOf, inScope, outputOf, reachable } from "../tensor.ts";
import type { Body, Node, Tensor } from "../tensor.ts";
import { biasedConvOp, columnSumOp, gemmOp, layerNormOp, sumSquareOp } from "../ops/fused.ts";
import { deviations, inverseDeviationOp, standardizeOp } from "../ops/standardize.ts";
import type { StandardizeAttrs } from "../ops/standardize.ts";
import { sumOp } from "../ops/reduce.ts";
import type { ReduceAttrs } from "../ops/reduce.ts";

/** Fuses inside a body and the bodies within it. */
export function fuse(body: Body, target: Target = "onnxruntime"): Body {
  const uses = countUses(body.outputs);
  const spread = new Map<string, Tensor>();
  const sigmoids = shareSigmoids(body.outputs);
  const deviated = shareDeviations(body.outputs);
  const outputs = rewrite(body.outputs, new Map(body.inputs.map((x) => [x, x])), (node, inputs) => {
    if (node.op.bodies) return mapBodies(node, inputs, (inner) => fuse(inner, target));
    return inScope(node.scope, () => sigmoids(node, inputs) ?? deviated(node, inputs) ?? fuseNode(node, inputs, { uses, spread, target }));
  });
  return { ...body, outputs };
}

interface Surroundings {
  readonly uses: ReadonlyMap<Tensor, number>;
  readonly spread: Map<string, Tensor>;
  readonly target: Target;
}

function fuseNode(node: Node, inputs: readonly Tensor[], { uses, spread, target }: Surroundings): readonly Tensor[] {
  const fused =
    fuseGemm(node, inputs, uses) ?? fuseConvBias(node, inputs, uses) ?? fuseLayerNorm(node, inputs, uses) ?? fuseSumSquare(node, inputs) ??
    fuseColumnSum(node, inputs) ?? fusePads(node, inputs, uses) ?? (target === "onnxruntime" ? fuseDot(node, inputs, uses) : undefined) ?? (target === "webgpu" ? undefined : fuseConvWeight(node, inputs));
  if (fused) return [fused];
  const quotient = fuseReciprocal(node, inputs, uses)?.node;
  return quotient
    ? rebuildNode(quotient, spreadColumns(quotient, quotient.inputs, spread))
    : rebuildNode(node, spreadColumns(node, inputs, spread));
}

/** `silu` beside the sigmoid that its derivative needs is one product: both are taken once. */
function shareSigmoids(outputs: readonly Tensor[]): (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined {
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

/** A standardised value whose derivative needs its deviation and spread is the product of the two, which are taken once. */
function shareDeviations(outputs: readonly Tensor[]): (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined {
  const needed = new Map<Tensor, { readonly attrs: StandardizeAttrs; readonly c: Tensor; readonly r: Tensor }>();
  for (const node of reachable(outputs)) {
    const c = node.op === (inverseDeviationOp as unknown) ? inputOf(node) : undefined;
    if (c?.node.op.name === "sub") needed.set(inputOf(c.node), { attrs: node.attrs as StandardizeAttrs, c, r: outputOf(node) });
  }
  const known = new Map<Tensor, Tensor>();
  return (node, [x]) => {
    const y = node.outputs[0];
    const [made, shared] = [y && known.get(y), node.inputs[0] && needed.get(node.inputs[0])];
    if (made) return [made];
    const standard = shared && node.op === (standardizeOp as unknown) && sameMoments(node.attrs as StandardizeAttrs, shared.attrs);
    if (!x || !shared || !(standard === true || y === shared.c)) return undefined;
    const { c, r } = deviations(x, shared.attrs.count, shared.attrs.epsilon);
    const [deviation, inverse] = [known.get(shared.c) ?? c, known.get(shared.r) ?? r];
    known.set(shared.c, deviation).set(shared.r, inverse);
    return [standard === true ? mul(deviation, inverse) : deviation];
  };
}

const sameMoments = (a: StandardizeAttrs, b: StandardizeAttrs): boolean => a.count === b.count && a.epsilon === b.epsilon;

function countUses(outputs: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const count = (x: Tensor): void => void uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of reachable(outputs)) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}

/** `a b + bias` of matrices, where nothing else needs the product and the bias is a row or a matrix. */
function fuseGemm(node: Node, inputs: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  if (node.op.name !== "add") return undefined;
  for (const [i, x] of node.inputs.entries()) {
    const product = inputs[i];
    const bias = inputs[1 - i];
    if (product?.node.op !== (matmulOp as unknown) || !product || !bias) continue;
    const fits =
      product.rank === 2 &&
      uses.get(x) === 1 &&
      sameShape(product.shape, outputOf(node).shape) &&
      (bias.rank < 2 || bias.shape[0] === 1 || sameShape(bias.shape, product.shape));
    if (fits) return apply(gemmOp, product.node.attrs as MatmulAttrs, inputOf(product.node, 0), inputOf(product.node, 1), bias);
  }
  return undefined;
}

/** A convolution and a bias `[o, 1, 1]`, where nothing else needs what stands between: the kernel starts from the bias. */
function fuseConvBias(node: Node, inputs: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  if (node.op.name !== "add") return undefined;
  const i = inputs.findIndex((x) => x.node.op === (convOp as unknown));
  const [image, bias, before] = [inputs[i], inputs[1 - i], node.inputs[i]];
  if (!image || !bias || !before || uses.get(before) !== 1) return undefined;
  const outputs = dimAt(image.shape, 1);
  if (!sameShape(bias.shape.slice(-3), [outputs, 1, 1]) || (bias.rank === 4 && bias.shape[0] !== 1)) return undefined;
  return apply(biasedConvOp, image.node.attrs as ConvAttrs, inputOf(image.node), inputOf(image.node, 1), reshape(bias, [outputs]));
}

/**
 * `a (1 / b)` where nothing else needs `1 / b`. ONNX Runtime fuses it too, but where `a` is also an output it leaves the
 * quotient without its input and refuses the model (seen in 1.30).
 */
function fuseReciprocal(node: Node, inputs: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  if (node.op.name !== "mul") return undefined;
  for (const [i, x] of node.inputs.entries()) {
    const reciprocal = inputs[i];
    const other = inputs[1 - i];
    if (!reciprocal || !other || reciprocal.node.op.name !== "div" || uses.get(x) !== 1) continue;
    const [one, divisor] = [inputOf(reciprocal.node, 0), inputOf(reciprocal.node, 1)];
    if (scalarValue(one) === 1 && sameShape(divisor.shape, reciprocal.shape)) return div(other, divisor);
  }
  return undefined;
}

/** Layer norm with its scale and shift, where nothing else needs what stands between: one pass instead of three. */
function fuseLayerNorm(node: Node, inputs: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  if (node.op.name !== "add") return undefined;
  const i = inputs.findIndex((x) => x.node.op.name === "mul");
  const [scaled, shift, before] = [inputs[i], inputs[1 - i], node.inputs[i]];
  if (!scaled || !shift || !before || uses.get(before) !== 1) return undefined;
  const j = scaled.node.inputs.findIndex((x) => x.node.op === (standardizeOp as unknown));
  const [standard, scale, unscaled] = [scaled.node.inputs[j], scaled.node.inputs[1 - j], before.node.inputs[j]];
  if (!standard || !scale || !unscaled || uses.get(unscaled) !== 1 || standard.dtype !== "float32") return undefined;
  const attrs = standard.node.attrs as StandardizeAttrs;
  const affine = standard.shape.slice(standard.rank - attrs.count);
  if (!sameShape(scale.shape, affine) || !sameShape(shift.shape, affine)) return undefined;
  return apply(layerNormOp, attrs, inputOf(standard.node), scale, shift);
}

/** A sum of all squares needs no squares; over some axes alone ONNX Runtime is two to five times slower at it. */
function fuseSumSquare(node: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const x = inputs[0];
  if (node.op.name !== "sum" || x?.node.op.name !== "square") return undefined;
  const { axes } = node.attrs as ReduceAttrs;
  if (!x.shape.every((dim, axis) => dim === 1 || axes.includes(axis))) return undefined;
  return apply(sumSquareOp, node.attrs as ReduceAttrs, inputOf(x.node));
}

/** Rows shorter than this are summed as they are. */
const leastDot = 32;

/** The sum of a product over the last axes, where nothing else needs the product: a product of rows with rows, half the time. */
function fuseDot(node: Node, [x]: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  const product = node.inputs[0];
  if (node.op !== (sumOp as unknown) || !x || !product || uses.get(product) !== 1 || x.dtype !== "float32") return undefined;
  const [a, b = a] = x.node.inputs;
  const { axes } = node.attrs as ReduceAttrs;
  const kept = x.rank - axes.length;
  const [rows, row] = [x.shape.slice(0, kept), x.shape.slice(kept)];
  const multiplied = (x.node.op.name === "mul" || x.node.op.name === "square") && a && b && sameShape(a.shape, x.shape) && sameShape(b.shape, x.shape);
  const last = Math.min(...axes) === kept && isStatic(row) && rows.filter((dim) => typeof dim === "string").length <= 1;
  if (!multiplied || !last || kept === 0 || sizeOf(row) < leastDot) return undefined;
  const [left, right] = [a, b].map((operand) => reshape(operand, [...rows, 1, sizeOf(row)]));
  return left && right && reshape(matmul(left, right, { transposeB: true }), outputOf(node).shape);
}

/** The sum of the rows of a matrix, as bias gradients take it, is a product with ones: several times faster. */
function fuseColumnSum(node: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const total = inputs[0];
  if (!total || node.op.name !== "reshape" || outputOf(node).rank !== 1) return undefined;
  if (total.node.op !== (sumOp as unknown)) return undefined;
  const x = inputOf(total.node);
  const { axes } = total.node.attrs as ReduceAttrs;
  const fits = x.rank === 2 && axes.length === 1 && axes[0] === 0 && typeof x.shape[0] === "number";
  return fits ? apply(columnSumOp, null, x) : undefined;
}

/** The sum of neighbours that are padded with zeros to the whole, as gradients of the parts of a split are, joins them. */
function fusePads(node: Node, inputs: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Tensor | undefined {
  if (node.op.name !== "add" || node.inputs.some((x) => uses.get(x) !== 1)) return undefined;
  const [first, second] = inputs.flatMap((x) => (sameShape(x.shape, outputOf(node).shape) ? (paddedPart(x) ?? []) : [])).sort((a, b) => a.before - b.before);
  if (first?.axis !== second?.axis || !first || first.end !== second?.before) return undefined;
  const { axis, before } = first;
  const pieces = (x: Tensor): readonly Tensor[] =>
    x.node.op === (concatOp as unknown) && (x.node.attrs as ConcatAttrs).axis === axis ? x.node.inputs : [x];
  const joined = concat([...pieces(first.part), ...pieces(second.part)], axis);
  return before === 0 && second.after === 0 ? joined : pad(joined, axis, before, second.after);
}

/** What was padded with zeros, and where it lies. */
function paddedPart(x: Tensor): { readonly part: Tensor; readonly axis: number; readonly before: number; readonly end: number; readonly after: number } | undefined {
  if (x.node.op !== (padOp as unknown)) return undefined;
  const { axis, before, after, value } = x.node.attrs as PadAttrs;
  const part = inputOf(x.node);
  const size = part.shape[axis];
  if (value !== 0 || typeof before !== "number" || typeof after !== "number" || typeof size !== "number") return undefined;
  return { part, axis, before, end: before + size, after };
}

/** A loop over images, which a GPU would leave to its host. */
function fuseConvWeight(node: Node, [x, g]: readonly Tensor[]): Tensor | undefined {
  if (node.op.name !== "conv2dWeight" || !x || !g) return undefined;
  return convWeightByImage(x, g, node.attrs as ConvAttrs);
}

const arithmetic = new Set(["add", "sub", "mul", "div"]);

/**
 * A column `[m, 1]` against a narrow matrix `[m, n]`, as times meet points: broadcasting n values at a time is slow,
 * repeating the column by a product with ones is not, and as exact.
 */
function spreadColumns(node: Node, inputs: readonly Tensor[], spread: Map<string, Tensor>): readonly Tensor[] {
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
