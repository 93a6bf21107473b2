import { add, cast, matmul } from "@fluxion/graph";
import { filled, uniformFanIn, uniformGlorot } from "./initializers.ts";
import type { Module } from "./module.ts";
import { parameter } from "./module.ts";

/** Options of `linear`. */
export interface LinearOptions {
  /** Whether the layer starts as zero. Default: false, PyTorch's default initialisation. */
  readonly zero?: boolean | undefined;
  /** Whether the weight starts as Glorot's and the bias as zero, as in transformers. Default: false. */
  readonly glorot?: boolean | undefined;
}

/**
 * x ↦ x·weight + bias over the last axis: `[..., inputs]` to `[..., outputs]`.
 *
 * The weight is `[inputs, outputs]`, PyTorch's transposed, so that application needs no transposition. What comes in takes
 * its type: sinusoids of the time are float32 in a network of half precision, too.
 */
export function linear(inputs: number, outputs: number, { zero = false, glorot = false }: LinearOptions = {}): Module {
  const init = (...shape: number[]) => (zero ? filled(shape, 0) : uniformFanIn(shape, inputs));
  return {
    parameters: glorot
      ? { weight: uniformGlorot([inputs, outputs]), bias: filled([outputs], 0) }
      : { weight: init(inputs, outputs), bias: init(outputs) },
    apply: (params, x) => {
      const weight = parameter(params, "weight");
      return add(matmul(cast(x, weight.dtype), weight), parameter(params, "bias"));
    },
  };
}
