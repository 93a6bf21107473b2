import type { Tensor } from "@fluxion/graph";
import { gelu, relu, silu, softplus, tanh } from "@fluxion/graph";

const activations = { silu, relu, tanh, gelu, softplus } as const;

/** The name of an activation function. */
export type ActivationName = keyof typeof activations;

/** The names that `activation` knows. */
export const activationNames: readonly ActivationName[] = ["silu", "relu", "tanh", "gelu", "softplus"];

/** The activation function of a name, applied elementwise. */
export function activation(name: ActivationName): (x: Tensor) => Tensor {
  return activations[name];
}
