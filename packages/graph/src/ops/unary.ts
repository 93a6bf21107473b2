/** @file Elementwise ops of one operand. Each is one row: formula, derivative, ONNX name. */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { requireFloat } from "./checks.ts";
import { greater } from "./comparison.ts";
import { constant } from "./constant.ts";
import { unary } from "./elementwise.ts";
import { broadcastTo } from "./shaping.ts";

/** −x */
export const neg = unary("neg", {
  f: (x) => -x,
  derivative: () => -1,
  onnx: "Neg",
  integers: true,
  simplify: (x) => (x.node.op.name === "neg" ? inputOf(x.node) : undefined),
});

/** eˣ */
export const exp = unary("exp", { f: Math.exp, derivative: (_x, y) => y, onnx: "Exp" });

/** Natural logarithm. */
export const log = unary("log", { f: Math.log, derivative: (x) => div(1, x), onnx: "Log" });

/** √x */
export const sqrt = unary("sqrt", { f: Math.sqrt, derivative: (_x, y) => div(0.5, y), onnx: "Sqrt" });

/** x² */
export const square = unary("square", {
  f: (x) => x * x,
  derivative: (x) => mul(x, 2),
  onnx: (emitter, x) => emitter.emit("Mul", [x, x]),
  integers: true,
});

/** |x|, with derivative 0 at 0. */
export const abs = unary("abs", { f: Math.abs, derivative: (x) => sign(x), onnx: "Abs", integers: true });

/** −1, 0 or 1; its derivative is 0. */
export const sign = unary("sign", { f: Math.sign, derivative: () => 0, onnx: "Sign", integers: true });

/** Sine of radians. */
export const sin = unary("sin", { f: Math.sin, derivative: (x) => cos(x), onnx: "Sin" });

/** Cosine of radians. */
export const cos = unary("cos", { f: Math.cos, derivative: (x) => neg(sin(x)), onnx: "Cos" });

/** Hyperbolic tangent. */
export const tanh = unary("tanh", { f: Math.tanh, derivative: (_x, y) => sub(1, square(y)), onnx: "Tanh" });

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** 1/(1 + e⁻ˣ) */
export const sigmoid = unary("sigmoid", {
  f: logistic,
  derivative: (_x, y) => mul(y, sub(1, y)),
  onnx: "Sigmoid",
});

/** x · sigmoid(x), also called swish. Derivative: s + y (1 − s) with s = sigmoid(x). */
export const silu = unary("silu", {
  f: (x) => x * logistic(x),
  derivative: (x, y) => {
    const s = sigmoid(x);
    return add(s, mul(y, sub(1, s)));
  },
  onnx: (emitter, x, node) =>
    emitter.target === "onnxruntime" && inputOf(node).dtype === "float32"
      ? emitter.emitContrib("QuickGelu", [x], { alpha: { float: 1 } })
      : emitter.emit("Mul", [x, emitter.emit("Sigmoid", [x])]),
});

/** max(x, 0), with derivative 0 at 0. */
export const relu = unary("relu", {
  f: (x) => (x > 0 ? x : x === x ? 0 : NaN),
  derivative: (x) => cast(greater(x, 0), x.dtype),
  onnx: "Relu",
});

/** log(1 + eˣ), without overflow. */
export const softplus = unary("softplus", {
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  derivative: (x) => sigmoid(x),
  onnx: "Softplus",
});

/** Error function 2/√π ∫₀ˣ e^(−s²) ds. */
export const erf = unary("erf", {
  f: erfOf,
  derivative: (x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)),
  onnx: "Erf",
});

/** erf to about 1e-15: Taylor series near 0, continued fraction of erfc beyond. */
function erfOf(x: number): number {
  const a = Math.abs(x);
  if (a !== a) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = 0;
  for (let k = 100; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

/** x Φ(x) with the exact normal cdf: x (1 + erf(x/√2)) / 2. */
export function gelu(x: Tensor): Tensor {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** x to a constant power. */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  if (exponent === 0) return broadcastTo(constant(1, [], x.dtype), x.shape);
  return apply(powOp, { exponent }, x);
}

const powOp = singleOp<{ readonly exponent: number }>({
  name: "pow",
  infer: (inputs) => {
    requireFloat("pow", inputOf({ inputs }));
    return inputOf({ inputs });
  },
  evaluate: (inputs, { exponent }) => mapNd((x) => Math.pow(x, exponent), ndAt(inputs)),
  elementwise: true,
  partial: powDerivative,
  lower: (emitter, node, [x = ""]) => emitter.emit("Pow", [x, emitter.scalar(node.attrs.exponent, inputOf(node).dtype)]),
});

function powDerivative(node: Node<{ readonly exponent: number }>): Tensor {
  return mul(pow(inputOf(node), node.attrs.exponent - 1), node.attrs.exponent);
}
