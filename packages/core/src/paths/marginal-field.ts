import type { HostTensor, Tensor } from "@fluxion/graph";
import { broadcastTo, constant, expandDims, formatShape, logSumExp, mul, reshape, softmax, sub, sum } from "@fluxion/graph";
import type { Path } from "./path.ts";

/** What a path makes of a finite data set, at points `[batch, ...event]` and times `[batch]`. */
export interface MarginalField {
  /** u_t(x) = Σ_i w_i u_t(x|x_i) (eq 8), `[batch, ...event]`: what flow matching regresses, and a perfect model would give. */
  velocity(x: Tensor, t: Tensor): Tensor;
  /** ∇ log p_t(x) = Σ_i w_i ∇ log p_t(x|x_i), `[batch, ...event]`. */
  score(x: Tensor, t: Tensor): Tensor;
  /** log p_t(x) = log (1/n) Σ_i p_t(x|x_i) (eq 6) in nats, `[batch]`. */
  logDensity(x: Tensor, t: Tensor): Tensor;
}

/**
 * The marginal path of the uniform distribution on `data`, in closed form: every point weighs in with its share
 * w_i = p_t(x|x_i)/Σ_j p_t(x|x_j) of the density. It compares each point with each datum: `batch · n · size` values at once.
 * Where the path leaves no noise (σ = 0) the field is infinite: end before, or take a path that leaves some.
 *
 * @param data - `[n, ...event]`, in model space
 * @throws RangeError if there are no data, or points of another shape come
 */
export function marginalField(path: Path, data: HostTensor): MarginalField {
  const [n = 0, ...event] = data.shape;
  if (data.shape.length < 2 || n < 1) {
    throw new RangeError(`marginalField: data: expected at least one example, [n, ...event], got ${formatShape(data.shape)}`);
  }
  const values = data.data instanceof Float64Array ? data.data : Float64Array.from(data.data as ArrayLike<number>, Number);

  /** Every point beside every datum: `[batch · n, ...event]` twice, and times `[batch · n]`. */
  const pairs = (x: Tensor, t: Tensor): readonly [Tensor, Tensor, Tensor] => {
    if (x.shape.slice(1).join() !== event.join()) {
      throw new RangeError(`marginalField: expected points [batch, ${event.join(", ")}] as the data, got ${formatShape(x.shape)}`);
    }
    const [batch = 1] = x.shape;
    const each = (tensor: Tensor, rest: readonly number[]): Tensor => reshape(broadcastTo(tensor, [batch, n, ...rest]), [-1, ...rest]);
    return [each(expandDims(x, 1), event), each(constant(values, [1, n, ...event], x.dtype), event), each(expandDims(t, 1), [])];
  };
  const logDensities = (x: Tensor, t: Tensor): Tensor => reshape(path.conditionalLogDensity(...pairs(x, t)), [x.shape[0] ?? 1, n]);
  const average = (x: Tensor, t: Tensor, member: "conditionalVelocity" | "conditionalScore"): Tensor => {
    const weights = reshape(softmax(logDensities(x, t), 1), [x.shape[0] ?? 1, n, ...event.map(() => 1)]);
    const each = reshape(path[member](...pairs(x, t)), [x.shape[0] ?? 1, n, ...event]);
    return sum(mul(weights, each), { axes: [1] });
  };
  return {
    velocity: (x, t) => average(x, t, "conditionalVelocity"),
    score: (x, t) => average(x, t, "conditionalScore"),
    logDensity: (x, t) => sub(logSumExp(logDensities(x, t), { axes: [1] }), Math.log(n)),
  };
}
