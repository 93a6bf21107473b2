/** @file Comparisons and logic, elementwise, broadcast by NumPy's rule. Results are booleans, without derivatives. */
import { binary } from "./elementwise.ts";

/** a < b as booleans. */
export const less = binary("less", { f: (a, b) => Number(a < b), onnx: "Less", boolean: true });
/** a ≤ b as booleans. */
export const lessEqual = binary("lessEqual", { f: (a, b) => Number(a <= b), onnx: "LessOrEqual", boolean: true });
/** a > b as booleans. */
export const greater = binary("greater", { f: (a, b) => Number(a > b), onnx: "Greater", boolean: true });
/** a ≥ b as booleans. */
export const greaterEqual = binary("greaterEqual", { f: (a, b) => Number(a >= b), onnx: "GreaterOrEqual", boolean: true });
/** a = b as booleans. */
export const equal = binary("equal", { f: (a, b) => Number(a === b), onnx: "Equal", operands: "any", boolean: true });
