/** @file The last rewriting before emission: pairs of ops that ONNX has as one. */
import type { Body } from "../body.ts";
import { rebuildNode, rewrite } from "../body.ts";
import { matmulOp } from "../ops/matmul.ts";
import type { MatmulAttrs } from "../ops/matmul.ts";
import { apply } from "../op.ts";
import { sameShape } from "../shape.ts";
import { inputOf, makeNode, outputOf, reachable } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { gemmOp, sumSquareOp } from "../ops/fused.ts";
import { scanOp } from "../ops/scan.ts";
import type { ScanAttrs } from "../ops/scan.ts";

/** Fuses inside a body and the bodies within it. */
export function fuse(body: Body): Body {
  const uses = countUses(body.outputs);
  const outputs = rewrite(body.outputs, new Map(body.inputs.map((x) => [x, x])), (node, inputs) => {
    if (node.op === (scanOp as unknown)) return fuseScan(node as Node<ScanAttrs>, inputs);
    const fused = fuseGemm(node, inputs, uses) ?? fuseSumSquare(node, inputs);
    return fused ? [fused] : rebuildNode(node, inputs);
  });
  return { ...body, outputs };
}

function countUses(outputs: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const count = (x: Tensor): void => void uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of reachable(outputs)) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}

function fuseScan(node: Node<ScanAttrs>, inputs: readonly Tensor[]): readonly Tensor[] {
  const attrs = { ...node.attrs, body: fuse(node.attrs.body) };
  return makeNode(scanOp, attrs, inputs, node.outputs, node.frame, node.scope).outputs;
}

/** `a b + bias` of matrices, where nothing else needs the product and the bias is a row. */
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
      bias.shape[0] === 1;
    if (fits) {
      return apply(gemmOp, product.node.attrs as MatmulAttrs, inputOf(product.node, 0), inputOf(product.node, 1), bias);
    }
  }
  return undefined;
}

/** A sum of squares needs no squares. */
function fuseSumSquare(node: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const x = inputs[0];
  if (node.op.name !== "sum" || x?.node.op.name !== "square") return undefined;
  return apply(sumSquareOp, node.attrs as { readonly axes: readonly number[] }, inputOf(x.node));
}
