import { isFloat } from "../host.ts";
import { formatShape, sameShape } from "../shape.ts";
import { reachable } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { onesLike, zerosLike } from "../ops/constant.ts";
import { add } from "../ops/binary.ts";

/** The nodes between `wrt` and `outputs` that carry derivatives from one to the other, in topological order. */
export function dependents(outputs: readonly Tensor[], wrt: readonly Tensor[]): Node[] {
  const roots = new Set(wrt);
  const depends = new Set<Tensor>(wrt);
  return reachable(outputs, roots).filter((node) => {
    if (!node.inputs.some((input) => depends.has(input))) return false;
    const carriers = node.outputs.filter(({ dtype }) => isFloat(dtype));
    carriers.forEach((output) => depends.add(output));
    return carriers.length > 0;
  });
}

/** The error for an op without a derivative rule. */
export function refuse(what: string, node: Node): never {
  throw new Error(
    `${what}: ${node.op.name} has no derivative${node.op.notDifferentiable ? `: ${node.op.notDifferentiable}` : ""}`,
  );
}

/**
 * Vector-Jacobian products by reverse accumulation: `Σ_i cotangents[i]ᵀ ∂outputs[i]/∂wrt[j]` for each j.
 *
 * @param cotangents - of the shapes of `outputs`
 * @returns tensors of the shapes of `wrt`, zero where nothing depends on them
 * @throws RangeError on unequal shapes; Error where an op on the way has no derivative
 */
export function vjp(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: readonly Tensor[],
): Tensor[] {
  const total = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, g: Tensor): void => {
    const before = total.get(tensor);
    total.set(tensor, before ? add(before, g) : g);
  };
  outputs.forEach((output, i) => {
    const g = cotangents[i];
    if (!g || !sameShape(g.shape, output.shape)) {
      throw new RangeError(
        `vjp: expected a cotangent of shape ${formatShape(output.shape)}, got ${g ? formatShape(g.shape) : "none"}`,
      );
    }
    accumulate(output, g);
  });
  for (const node of dependents(outputs, wrt).reverse()) {
    const gs = node.outputs.map((output) => total.get(output));
    if (gs.every((g) => g === undefined)) continue;
    if (!node.op.vjp) refuse("vjp", node);
    node.op.vjp(node, gs).forEach((g, i) => {
      const input = node.inputs[i];
      if (g && input) accumulate(input, g);
    });
  }
  return wrt.map((tensor) => total.get(tensor) ?? zerosLike(tensor));
}

/**
 * The gradient of a scalar.
 *
 * @param loss - a tensor of shape `[]`
 * @param wrt - tensors of the same program, inputs or intermediate ones
 * @throws RangeError if `loss` is no scalar
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0) {
    throw new RangeError(`grad: expected a scalar loss, got ${loss.toString()}; take its mean or sum first`);
  }
  return vjp([loss], [onesLike(loss)], wrt);
}
