/** @file Norms with what follows them, and with their derivatives. */
import { mul } from "../../ops/binary.ts";
import { layerNormOp } from "../../ops/fused.ts";
import { deviations, inverseDeviationOp, standardizeOp } from "../../ops/standardize.ts";
import type { StandardizeAttrs } from "../../ops/standardize.ts";
import { apply } from "../../op.ts";
import { sameShape } from "../../shape.ts";
import { inputOf, outputOf, reachable } from "../../tensor.ts";
import type { Tensor } from "../../tensor.ts";
import type { Fusion, Sharing } from "./fusion.ts";

/** Layer norm with its scale and shift, where nothing else needs what stands between: one pass instead of three. */
export const fuseLayerNorm: Fusion = (node, inputs, { uses }) => {
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
};

/** A standardised value whose derivative needs its deviation and spread is the product of the two, which are taken once. */
export function shareDeviations(outputs: readonly Tensor[]): Sharing {
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
