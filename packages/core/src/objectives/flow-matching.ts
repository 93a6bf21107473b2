import type { Tensor } from "@fluxion/graph";
import { mean, square, sub } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { Path } from "../paths/path.ts";

/** A batch of noise, data and times. */
export interface FlowMatchingBatch {
  /** Unit normal noise `[batch, ...event]`. */
  readonly x0: Tensor;
  /** Data in model space `[batch, ...event]`. */
  readonly x1: Tensor;
  /** `[batch]`, uniform on the path's interval. */
  readonly t: Tensor;
}

/**
 * The conditional flow matching loss ‖v_t(ψ_t(x0)) − dψ_t(x0)/dt‖² (paper, eqs 14 and 23), as the mean over the batch
 * and over the coordinates of an example.
 */
export function flowMatchingLoss(
  model: Pick<Model, "apply">,
  params: Params<Tensor>,
  path: Path,
  { x0, x1, t }: FlowMatchingBatch,
): Tensor {
  const { xt, velocity } = path.sample(x0, x1, t);
  return mean(square(sub(model.apply(params, xt, t), velocity)));
}
