/** @file What ONNX Runtime cannot compute. */
import type { DType } from "../host.ts";
import type { Node } from "../tensor.ts";

/** ONNX ops that its CPU provider has for float32 but not for another type; in float16 it computes most by casts of its own. */
const missing: Readonly<Partial<Record<DType, ReadonlySet<string>>>> = {
  float64: new Set(["Atan", "AveragePool", "Conv", "ConvTranspose", "Erf", "Gelu", "InstanceNormalization", "Resize", "Softplus", "Tan"]),
  // That of sums alone, but no others are made.
  float16: new Set(["ScatterElements"]),
};

/**
 * Refuses a program before ONNX Runtime does, in words of the program.
 *
 * @throws TypeError if an op has no kernel for the type of its values
 */
export function refuseMissingKernel(opType: string, { op, inputs, outputs, scope }: Node): void {
  const dtype = [...inputs, ...outputs].find((x) => missing[x.dtype]?.has(opType))?.dtype;
  if (dtype === undefined) return;
  throw new TypeError(
    `lower: ${scope === "" ? "" : `${scope}: `}${op.name}: ONNX Runtime has no ${dtype} kernel for ${opType}; use float32, or the reference interpreter`,
  );
}
