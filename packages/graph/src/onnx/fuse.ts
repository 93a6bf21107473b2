/** @file The last rewriting before emission: ops that ONNX has as one, and forms that ONNX Runtime is faster at. */
import { mapBodies, rebuildNode, rewrite } from "../body.ts";
import type { Target } from "../emitter.ts";
import { inScope, reachable } from "../tensor.ts";
import type { Body, Node, Tensor } from "../tensor.ts";
import { fuseConvWeight } from "./fusions/conv-weight.ts";
import { fuseReciprocal, shareSigmoids, spreadColumns } from "./fusions/elementwise.ts";
import type { Fusion, Surroundings } from "./fusions/fusion.ts";
import { fuseLayerNorm, shareDeviations } from "./fusions/norms.ts";
import { fusePads } from "./fusions/pads.ts";
import { fuseConvBias, fuseGemm } from "./fusions/products.ts";
import { fuseColumnSum, fuseDot, fuseSumSquare } from "./fusions/sums.ts";

/** The first that applies is taken. */
const fusions: readonly Fusion[] = [fuseGemm, fuseConvBias, fuseLayerNorm, fuseSumSquare, fuseColumnSum, fusePads, fuseDot, fuseConvWeight];

/** Fuses inside a body and the bodies within it. */
export function fuse(body: Body, target: Target = "onnxruntime"): Body {
  const around = { uses: countUses(body.outputs), target };
  const spread = new Map<string, Tensor>();
  const shared = [shareSigmoids(body.outputs), shareDeviations(body.outputs)];
  const outputs = rewrite(body.outputs, new Map(body.inputs.map((x) => [x, x])), (node, inputs) => {
    if (node.op.bodies) return mapBodies(node, inputs, (inner) => fuse(inner, target));
    return inScope(node.scope, () => firstOf(shared, (share) => share(node, inputs)) ?? fuseNode(node, inputs, around, spread));
  });
  return { ...body, outputs };
}

function fuseNode(node: Node, inputs: readonly Tensor[], around: Surroundings, spread: Map<string, Tensor>): readonly Tensor[] {
  const fused = firstOf(fusions, (fusion) => fusion(node, inputs, around));
  if (fused) return [fused];
  const quotient = fuseReciprocal(node, inputs, around)?.node;
  return quotient
    ? rebuildNode(quotient, spreadColumns(quotient, quotient.inputs, spread))
    : rebuildNode(node, spreadColumns(node, inputs, spread));
}

function firstOf<Rule, Result>(rules: readonly Rule[], take: (rule: Rule) => Result | undefined): Result | undefined {
  for (const rule of rules) {
    const result = take(rule);
    if (result !== undefined) return result;
  }
  return undefined;
}

function countUses(outputs: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const count = (x: Tensor): void => void uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of reachable(outputs)) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}
