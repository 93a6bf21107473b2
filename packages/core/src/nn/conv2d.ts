import { add, conv2d as convolve, reshape } from "@fluxion/graph";
import { filled, uniformFanIn } from "./initializers.ts";
import type { Module } from "./module.ts";
import { parameter } from "./module.ts";

/** Options of `conv2d`. */
export interface Conv2dOptions {
  /** Side of the square kernel in pixels, odd; the padding keeps the size at stride 1. Default: 3. */
  readonly kernel?: number | undefined;
  /** Default: 1. */
  readonly stride?: number | undefined;
  /** Whether the layer starts as zero. Default: false, PyTorch's default initialisation. */
  readonly zero?: boolean | undefined;
}

/** A convolution with bias, `[batch, inputs, h, w]` to `[batch, outputs, ⌈h/stride⌉, ⌈w/stride⌉]`; weight `[outputs, inputs, kernel, kernel]`. */
export function conv2d(
  inputs: number,
  outputs: number,
  { kernel = 3, stride = 1, zero = false }: Conv2dOptions = {},
): Module {
  const init = (...shape: number[]) => (zero ? filled(shape, 0) : uniformFanIn(shape, inputs * kernel * kernel));
  return {
    parameters: { weight: init(outputs, inputs, kernel, kernel), bias: init(outputs) },
    apply: (params, x) =>
      add(
        convolve(x, parameter(params, "weight"), { stride, padding: (kernel - 1) / 2 }),
        reshape(parameter(params, "bias"), [outputs, 1, 1]),
      ),
  };
}
