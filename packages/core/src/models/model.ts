import type { HostTensor, Tensor } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import type { MaskShapes, ParameterSpecs, Params } from "../nn/module.ts";
import type { Key } from "../random/key.ts";

/** What is known of the examples of a batch. */
export interface Condition {
  /** Classes, int32 `[batch]`: 0 to `classes − 1`, or `classes` for none in particular. */
  readonly labels?: Tensor | undefined;
  /** The images at low resolution, `[batch, channels, height/factor, width/factor]` in model space. */
  readonly lowResolution?: Tensor | undefined;
}

/** A network that predicts from a noisy example and its time. */
export interface Model {
  readonly kind: string;
  /** Plain JSON from which `modelFromConfig` rebuilds the model. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The shape of one example. */
  readonly eventShape: readonly number[];
  readonly parameters: ParameterSpecs;
  /**
   * Shapes of the dropout masks that training draws: uniform bytes `[batch, ...shape]`, given to `apply` by name among
   * the parameters. Without them nothing is dropped. Default: none.
   */
  readonly masks?: MaskShapes | undefined;
  /** The number of classes whose labels it is told. Default: it is told none. */
  readonly classes?: number | undefined;
  /** Sides of its images over those of the low-resolution images it is told. Default: it is told none. */
  readonly superResolution?: number | undefined;
  /**
   * The prediction, `[batch, ...event]`.
   *
   * @param xt - `[batch, ...event]`, of the type of the parameters; the batch may be named
   * @param t - times in [0, 1], `[batch]`, float32 whatever the parameters are
   * @param condition - all that `conditionInputs` names
   * @throws RangeError for other shapes; TypeError for a condition that is missing or that the model does not know
   */
  apply(params: Params<Tensor>, xt: Tensor, t: Tensor, condition?: Condition): Tensor;
}

/** Draws the initial parameters; each depends on `key` and its own name alone. */
export function initParameters(model: Pick<Model, "parameters">, key: Key): Params<HostTensor> {
  return Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape, init }]) => [name, hostTensor(init(key.child(name)), shape)]),
  );
}

/** The number of values that a model learns. */
export function parameterCount(model: Pick<Model, "parameters">): number {
  return Object.values(model.parameters).reduce((count, { shape }) => count + sizeOf(shape), 0);
}

/** Refuses inputs that are not `[batch, ...event]` and `[batch]`. */
export function checkInputs(kind: string, eventShape: readonly number[], xt: Tensor, t: Tensor): void {
  const [batch, ...event] = xt.shape;
  const fits = event.length === eventShape.length && event.every((dim, i) => dim === eventShape[i]);
  if (fits && t.rank === 1 && t.shape[0] === batch) return;
  throw new RangeError(
    `${kind}: expected xt [batch, ${eventShape.join(", ")}] and t [batch], got xt [${xt.shape.join(", ")}] and t [${t.shape.join(", ")}]`,
  );
}
