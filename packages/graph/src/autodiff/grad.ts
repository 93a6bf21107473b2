import { formatShape, sameShape } from "../shape.ts";
import type { Tensor, TensorsOf } from "../tensor.ts";
import { onesLike } from "../ops/fill.ts";
import { expandDims, squeeze } from "../ops/reshape.ts";
import { jvp, vjp } from "./derivatives.ts";

/**
 * The gradient of a scalar.
 *
 * @param loss - a tensor of shape `[]`
 * @param wrt - tensors of the same program, inputs or intermediate ones
 * @throws RangeError if `loss` is no scalar; Error where an op on the way has no derivative
 */
export function grad<const W extends readonly Tensor[]>(loss: Tensor, wrt: W): TensorsOf<W> {
  if (loss.rank !== 0) {
    throw new RangeError(`grad: expected a scalar loss, got ${loss.toString()}; take its mean or sum first`);
  }
  return vjp([loss], [onesLike(loss)], wrt);
}

/**
 * A scalar function at given tensors, with its gradient there.
 *
 * @example
 * const { value, gradients: [gw] } = valueAndGrad((w) => mean(square(sub(matmul(x, w), y))), [w]);
 * @throws RangeError if the value is no scalar
 */
export function valueAndGrad<const I extends readonly Tensor[]>(
  f: (...inputs: TensorsOf<I>) => Tensor,
  inputs: I,
): { readonly value: Tensor; readonly gradients: TensorsOf<I> } {
  const value = f(...([...inputs] as TensorsOf<I>));
  return { value, gradients: grad(value, inputs) };
}

/**
 * The product of the Hessian of a scalar with a vector, forward over reverse: twice the cost of a gradient.
 *
 * @param loss - a tensor of shape `[]`
 * @param vectors - of the shapes of `wrt`
 * @returns `Σ_j ∂²loss/∂wrt[i]∂wrt[j] vectors[j]` for each i
 * @throws RangeError if `loss` is no scalar or shapes disagree
 */
export function hessianVectorProduct<const W extends readonly Tensor[]>(
  loss: Tensor,
  wrt: W,
  vectors: readonly Tensor[],
): TensorsOf<W> {
  wrt.forEach(({ shape }, i) => {
    const got = vectors[i]?.shape;
    if (got && sameShape(got, shape)) return;
    throw new RangeError(
      `hessianVectorProduct: expected a vector of shape ${formatShape(shape)}, got ${got ? formatShape(got) : "none"}`,
    );
  });
  const directions = vectors.map((vector) => expandDims(vector, 0));
  return jvp(grad(loss, wrt), wrt, directions).map((product) => squeeze(product, 0)) as TensorsOf<W>;
}
