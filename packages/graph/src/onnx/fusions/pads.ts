/** @file Padded parts that are added up. */
import { concat, concatOp } from "../../ops/concat.ts";
import type { ConcatAttrs } from "../../ops/concat.ts";
import { pad, padOp } from "../../ops/pad.ts";
import type { PadAttrs } from "../../ops/pad.ts";
import { sameShape } from "../../shape.ts";
import { inputOf, outputOf } from "../../tensor.ts";
import type { Tensor } from "../../tensor.ts";
import type { Fusion } from "./fusion.ts";

/** The sum of neighbours that are padded with zeros to the whole, as gradients of the parts of a split are, joins them. */
export const fusePads: Fusion = (node, inputs, { uses }) => {
  if (node.op.name !== "add" || node.inputs.some((x) => uses.get(x) !== 1)) return undefined;
  const [first, second] = inputs.flatMap((x) => (sameShape(x.shape, outputOf(node).shape) ? (paddedPart(x) ?? []) : [])).sort((a, b) => a.before - b.before);
  if (first?.axis !== second?.axis || !first || first.end !== second?.before) return undefined;
  const { axis, before } = first;
  const pieces = (x: Tensor): readonly Tensor[] =>
    x.node.op === (concatOp as unknown) && (x.node.attrs as ConcatAttrs).axis === axis ? x.node.inputs : [x];
  const joined = concat([...pieces(first.part), ...pieces(second.part)], axis);
  return before === 0 && second.after === 0 ? joined : pad(joined, axis, before, second.after);
};

/** What was padded with zeros, and where it lies. */
function paddedPart(x: Tensor): { readonly part: Tensor; readonly axis: number; readonly before: number; readonly end: number; readonly after: number } | undefined {
  if (x.node.op !== (padOp as unknown)) return undefined;
  const { axis, before, after, value } = x.node.attrs as PadAttrs;
  const part = inputOf(x.node);
  const size = part.shape[axis];
  if (value !== 0 || typeof before !== "number" || typeof after !== "number" || typeof size !== "number") return undefined;
  return { part, axis, before, end: before + size, after };
}
