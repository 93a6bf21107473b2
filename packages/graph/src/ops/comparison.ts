/** @file Comparisons and logic, elementwise, broadcast by NumPy's rule. Results are booleans, without derivatives. */
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { binary, unary } from "./elementwise.ts";

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
/** a ≠ b as booleans; NaN differs from itself. */
export const notEqual = binary("notEqual", {
  f: (a, b) => Number(a !== b),
  onnx: (emitter, a, b) => emitter.emit("Not", [emitter.emit("Equal", [a, b])]),
  operands: "any",
  boolean: true,
});

const same = (a: Tensor, b: Tensor): Tensor | undefined => (a === b ? a : undefined);

/** Whether both of two booleans hold. */
export const and = binary("and", { f: Math.min, onnx: "And", operands: "booleans", boolean: true, simplify: same });
/** Whether at least one of two booleans holds. */
export const or = binary("or", { f: Math.max, onnx: "Or", operands: "booleans", boolean: true, simplify: same });
/** Whether exactly one of two booleans holds. */
export const xor = binary("xor", { f: (a, b) => Number(a !== b), onnx: "Xor", operands: "booleans", boolean: true });
/** The opposite of a boolean. */
export const not = unary("not", {
  f: (x) => 1 - x,
  onnx: "Not",
  operands: "booleans",
  boolean: true,
  simplify: (x) => (x.node.op.name === "not" ? inputOf(x.node) : undefined),
});

/** Whether a float is NaN. */
export const isNaN = unary("isNaN", { f: (x) => Number(Number.isNaN(x)), onnx: "IsNaN", boolean: true });

/** Whether a float is neither NaN nor infinite. */
export const isFinite = unary("isFinite", {
  f: (x) => Number(Number.isFinite(x)),
  onnx: (emitter, x, dtype) => emitter.emit("Less", [emitter.emit("Abs", [x]), emitter.scalar(Infinity, dtype)]),
  boolean: true,
});
