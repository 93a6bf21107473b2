import type { Tensor } from "@fluxion/graph";
import { broadcastTo } from "@fluxion/graph";
import type { Schedule } from "../../paths/path.ts";
import type { Prediction } from "../conversions.ts";

/** What a weight may depend on. */
export interface WeightPoint {
  /** `[batch]` */
  readonly t: Tensor;
  /** Of the path at `t`. @throws RangeError if the path is not affine */
  readonly schedule: () => Schedule;
  /** Whose squared error is weighted. */
  readonly target: Prediction;
}

/** A factor on the squared error of an example, by its time. */
export interface Weight {
  readonly kind: string;
  /** Plain JSON from which `weightFromConfig` rebuilds it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `[batch]`, not negative. */
  at(point: WeightPoint): Tensor;
}

/**
 * Your own weight: a function of t, written with graph ops. It has no configuration to rebuild it from.
 *
 * @param weight - `[batch]` to `[batch]` (or a constant), not negative
 * @example
 * weightOf((t) => exp(mul(t, -2)))
 */
export function weightOf(weight: (t: Tensor) => Tensor): Weight {
  return { kind: "custom", config: { kind: "custom" }, at: ({ t }) => broadcastTo(weight(t), t.shape) };
}
