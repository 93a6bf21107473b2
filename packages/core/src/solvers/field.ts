import type { Tensor } from "@fluxion/graph";

/**
 * The right-hand side of dy/dt = f(t, y), traced: `state` are tensors `[batch, ...]`, `t` is a scalar tensor, `extras`
 * are the tensors given beside the state (such as probes). Returns one derivative per state tensor.
 */
export interface Field {
  /** The shapes of the state without the batch. */
  readonly state: readonly (readonly number[])[];
  /** Shapes of further inputs. Default none. */
  readonly extras?: Readonly<Record<string, readonly (number | string)[]>> | undefined;
  derivative(t: Tensor, state: readonly Tensor[], extras: Readonly<Record<string, Tensor>>): readonly Tensor[];
}
