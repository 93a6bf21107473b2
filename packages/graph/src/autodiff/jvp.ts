import { dimAt, formatShape, sameShape } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { zeros } from "../ops/constant.ts";
import { dependents, refuse } from "./vjp.ts";

/**
 * Jacobian-vector products of k directions in one pass: `∂outputs/∂inputs · tangents`.
 *
 * @param tangents - stacked: `[k, ...shape of the input]`, the same k for all
 * @returns stacked tangents `[k, ...shape of the output]`
 * @throws RangeError on ill-shaped tangents; Error where an op on the way has no derivative
 */
export function jvp(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  const count: Dim = tangents[0] ? dimAt(tangents[0].shape, 0) : 1;
  const known = new Map<Tensor, Tensor>();
  inputs.forEach((input, i) => {
    const tangent = tangents[i];
    if (!tangent || !sameShape(tangent.shape, [count, ...input.shape])) {
      throw new RangeError(
        `jvp: expected a stacked tangent of shape ${formatShape([count, ...input.shape])}, got ${tangent ? formatShape(tangent.shape) : "none"}`,
      );
    }
    known.set(input, tangent);
  });
  for (const node of dependents(outputs, inputs)) {
    if (!node.op.jvp) refuse("jvp", node);
    const results = node.op.jvp(
      node,
      node.inputs.map((input) => known.get(input)),
      count,
    );
    node.outputs.forEach((output, i) => {
      const tangent = results[i];
      if (tangent && !known.has(output)) known.set(output, tangent);
    });
  }
  return outputs.map((output) => known.get(output) ?? zeros([count, ...output.shape], output.dtype));
}
