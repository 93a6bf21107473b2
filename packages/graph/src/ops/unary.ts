/** @file Elementwise ops of one operand. Each is one row: formula, derivative, ONNX name. */
import type { Emitter } from "../emitter.ts";
import type { DType } from "../host.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { unary } from "./elementwise.ts";

const isOp = (x: Tensor, ...names: readonly string[]): boolean => names.includes(x.node.op.name);

/** Applying the op to its own result, or to that of ops after which it changes nothing, is needless. */
const unchanged = (...names: readonly string[]) => (x: Tensor): Tensor | undefined => (isOp(x, ...names) ? x : undefined);

/** −x */
export const neg = unary("neg", {
  f: (x) => -x,
  derivative: () => -1,
  onnx: "Neg",
  operands: "signed",
  simplify: (x) => (isOp(x, "neg") ? inputOf(x.node) : undefined),
});

/** eˣ */
export const exp = unary("exp", { f: Math.exp, derivative: (_x, y) => y, onnx: "Exp" });

/** eˣ − 1, accurate near 0 too. */
export const expm1 = unary("expm1", { f: Math.expm1, derivative: (x) => exp(x), onnx: emitExpm1 });

/** Natural logarithm. */
export const log = unary("log", { f: Math.log, derivative: (x) => div(1, x), onnx: "Log" });

/** log(1 + x), accurate near 0 too. */
export const log1p = unary("log1p", { f: Math.log1p, derivative: (x) => div(1, add(x, 1)), onnx: emitLog1p });

/** √x */
export const sqrt = unary("sqrt", { f: Math.sqrt, derivative: (_x, y) => div(0.5, y), onnx: "Sqrt" });

/** 1/√x */
export const rsqrt = unary("rsqrt", {
  f: (x) => 1 / Math.sqrt(x),
  derivative: (x, y) => mul(div(y, x), -0.5),
  onnx: (emitter, x) => emitter.emit("Reciprocal", [emitter.emit("Sqrt", [x])]),
});

/** 1/x */
export const reciprocal = unary("reciprocal", { f: (x) => 1 / x, derivative: (_x, y) => neg(square(y)), onnx: "Reciprocal" });

/** x² */
export const square = unary("square", {
  f: (x) => x * x,
  derivative: (x) => mul(x, 2),
  onnx: (emitter, x) => emitter.emit("Mul", [x, x]),
  operands: "numbers",
  simplify: (x) => (isOp(x, "neg", "abs") ? square(inputOf(x.node)) : undefined),
});

/** |x|, with derivative 0 at 0. */
export const abs = unary("abs", {
  f: Math.abs,
  derivative: (x) => sign(x),
  onnx: "Abs",
  operands: "numbers",
  simplify: (x) => (isOp(x, "neg") ? abs(inputOf(x.node)) : unchanged("abs", "square")(x)),
});

/** −1, 0 or 1; its derivative is 0. */
export const sign = unary("sign", { f: Math.sign, onnx: "Sign", operands: "numbers", simplify: unchanged("sign") });

/** Sine of radians. */
export const sin = unary("sin", { f: Math.sin, derivative: (x) => cos(x), onnx: "Sin" });

/** Cosine of radians. */
export const cos = unary("cos", { f: Math.cos, derivative: (x) => neg(sin(x)), onnx: "Cos" });

/** Tangent of radians. */
export const tan = unary("tan", {
  f: Math.tan,
  derivative: (_x, y) => add(square(y), 1),
  // ONNX Runtime has no float64 tangent.
  onnx: (emitter, x, dtype) =>
    dtype === "float64" ? emitter.emit("Div", [emitter.emit("Sin", [x]), emitter.emit("Cos", [x])]) : emitter.emit("Tan", [x]),
});

/** Hyperbolic tangent. */
export const tanh = unary("tanh", { f: Math.tanh, derivative: (_x, y) => sub(1, square(y)), onnx: "Tanh" });

/** The largest whole number up to x; its derivative is 0. */
export const floor = unary("floor", { f: Math.floor, onnx: "Floor", simplify: unchanged("floor", "ceil", "round", "sign") });

/** The smallest whole number from x on; its derivative is 0. */
export const ceil = unary("ceil", { f: Math.ceil, onnx: "Ceil", simplify: unchanged("floor", "ceil", "round", "sign") });

/** The nearest whole number, the even one of two equally near; its derivative is 0. */
export const round = unary("round", { f: roundHalfEven, onnx: "Round", simplify: unchanged("floor", "ceil", "round", "sign") });

function roundHalfEven(x: number): number {
  if (!Number.isFinite(x)) return x;
  const below = Math.floor(x);
  const rest = x - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const nearest = up ? below + 1 : below;
  return nearest === 0 && x < 0 ? -0 : nearest;
}

/** ONNX has no such op: eˣ − 1 = tanh(x/2) (eˣ + 1) has no cancellation, and beyond ±1 neither has the left side. */
function emitExpm1(emitter: Emitter<Tensor>, x: string, dtype: DType): string {
  const one = emitter.scalar(1, dtype);
  const e = emitter.emit("Exp", [x]);
  const half = emitter.emit("Tanh", [emitter.emit("Mul", [x, emitter.scalar(0.5, dtype)])]);
  const near = emitter.emit("Mul", [half, emitter.emit("Add", [e, one])]);
  const isNear = emitter.emit("Less", [emitter.emit("Abs", [x]), one]);
  return emitter.emit("Where", [isNear, near, emitter.emit("Sub", [e, one])]);
}

/**
 * ONNX has no such op: with u = 1 + x rounded, log(u) x / (u − 1) undoes the rounding (Kahan). Where u is 1 it is x
 * itself; where u − 1 is x there is nothing to undo, infinity included.
 */
export function emitLog1p(emitter: Emitter<Tensor>, x: string, dtype: DType): string {
  const one = emitter.scalar(1, dtype);
  const u = emitter.emit("Add", [x, one]);
  const rest = emitter.emit("Sub", [u, one]);
  const exact = emitter.emit("Equal", [rest, x]);
  const ratio = emitter.emit("Where", [exact, one, emitter.emit("Div", [x, rest])]);
  const value = emitter.emit("Mul", [emitter.emit("Log", [u]), ratio]);
  return emitter.emit("Where", [emitter.emit("Equal", [u, one]), x, value]);
}
