import { add, matmul } from "@fluxion/graph";
import { filled, uniformFanIn } from "./initializers.ts";
import type { Module } from "./module.ts";
import { parameter } from "./module.ts";

/** Options of `linear`. */
export interface LinearOptions {
  /** Whether the layer starts as zero. Default: false, PyTorch's default initialisation. */
  readonly zero?: boolean | undefined;
}

/**
 * x ↦ x·weight + bias over the last axis: `[..., inputs]` to `[..., outputs]`.
 *
 * The weight is `[inputs, outputs]`, PyTorch's transposed, so that application needs no transposition.
 */
export function linear(inputs: number, outputs: number, { zero = false }: LinearOptions = {}): Module {
  const init = (...shape: number[]) => (zero ? filled(shape, 0) : uniformFanIn(shape, inputs));
  return {
    parameters: { weight: init(inputs, outputs), bias: init(outputs) },
    apply: (params, x) => add(matmul(x, parameter(params, "weight")), parameter(params, "bias")),
  };
}
