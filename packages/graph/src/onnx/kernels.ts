/** @file What ONNX Runtime cannot compute. */
import type { Node } from "../tensor.ts";

/** ONNX ops that its CPU provider has for float32 but not for float64. */
const float32Only = new Set([
  "Atan", "AveragePool", "Conv", "ConvTranspose", "Erf", "Gelu", "InstanceNormalization", "Resize", "Softplus", "Tan",
]);

/**
 * Refuses a program before ONNX Runtime does, in words of the program.
 *
 * @throws TypeError if an op has no kernel for the type of its values
 */
export function refuseMissingKernel(opType: string, { op, inputs, outputs, scope }: Node): void {
  const double = [...inputs, ...outputs].some(({ dtype }) => dtype === "float64");
  if (!double || !float32Only.has(opType)) return;
  throw new TypeError(
    `lower: ${scope === "" ? "" : `${scope}: `}${op.name}: ONNX Runtime has no float64 kernel for ${opType}; use float32, or the reference interpreter`,
  );
}
