/** @file Activation functions of networks. */
import type { Emitter } from "../emitter.ts";
import type { Tensor } from "../tensor.ts";
import { greater } from "./comparison.ts";
import { add, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { erfOf, erfcOf } from "./erf.ts";
import { unary } from "./elementwise.ts";
import { emitLog1p, exp, neg, square } from "./unary.ts";

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
  onnx: (emitter, x, dtype) => {
    // ONNX Runtime would fuse x · sigmoid(x) in float64 into an op that it has no such kernel for.
    if (dtype === "float64") return emitter.emit("Div", [x, emitOnePlusExpNeg(emitter, x)]);
    if (emitter.target === "onnxruntime" && dtype === "float32") return emitter.emitContrib("QuickGelu", [x], { alpha: { float: 1 } });
    return emitter.emit("Mul", [x, emitter.emit("Sigmoid", [x])]);
  },
});

const emitOnePlusExpNeg = (emitter: Emitter<Tensor>, x: string): string =>
  emitter.emit("Add", [emitter.emit("Exp", [emitter.emit("Neg", [x])]), emitter.scalar(1, "float64")]);

/** max(x, 0), with derivative 0 at 0. */
export const relu = unary("relu", {
  f: (x) => (x > 0 ? x : x === x ? 0 : NaN),
  derivative: (x) => cast(greater(x, 0), x.dtype),
  onnx: "Relu",
  simplify: (x) => (x.node.op.name === "relu" ? x : undefined),
});

/** log(1 + eˣ), without overflow. */
export const softplus = unary("softplus", {
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  derivative: (x) => sigmoid(x),
  // ONNX Runtime has no float64 softplus: max(x, 0) + log(1 + e^−|x|).
  onnx: (emitter, x, dtype) => {
    if (dtype !== "float64") return emitter.emit("Softplus", [x]);
    const small = emitter.emit("Exp", [emitter.emit("Neg", [emitter.emit("Abs", [x])])]);
    return emitter.emit("Add", [emitter.emit("Relu", [x]), emitLog1p(emitter, small, dtype)]);
  },
});

/** Error function 2/√π ∫₀ˣ e^(−s²) ds. */
export const erf = unary("erf", {
  f: erfOf,
  derivative: (x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)),
  onnx: "Erf",
});

const normalCdf = (x: number): number => (x < 0 ? erfcOf(-x * Math.SQRT1_2) / 2 : 1 - erfcOf(x * Math.SQRT1_2) / 2);

/** x Φ(x) with the exact normal cdf Φ(x) = (1 + erf(x/√2))/2. */
export const gelu = unary("gelu", {
  f: (x) => x * normalCdf(x),
  derivative: (x) => {
    const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return add(cdf, mul(x, density));
  },
  onnx: "Gelu",
});

/** √(2/π) and the cubic coefficient of the tanh approximation of Φ. */
const [slope, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];

/** x (1 + tanh(√(2/π) (x + 0.044715 x³)))/2, the approximation of `gelu` that many published networks use. */
export const geluTanh = unary("geluTanh", {
  f: (x) => 0.5 * x * (1 + Math.tanh(slope * (x + cubic * x ** 3))),
  // y = x s with s = σ(v) = (1 + tanh(v/2))/2 and v = x (2√(2/π) + …x²): y′ = s + y (1 − s) v′.
  derivative: (x, y) => {
    const w = add(mul(square(x), 2 * slope * cubic), 2 * slope);
    const s = sigmoid(mul(x, w));
    return add(s, mul(mul(y, sub(1, s)), sub(mul(w, 3), 4 * slope)));
  },
  onnx: (emitter, x, dtype) => {
    if (dtype !== "float64") return emitter.emit("Gelu", [x], { approximate: "tanh" });
    // ONNX Runtime has no such kernel for float64, and its contrib op of that name computes it with float32 coefficients.
    const scaled = (a: string, by: number): string => emitter.emit("Mul", [a, emitter.scalar(by, dtype)]);
    const plusOne = (a: string): string => emitter.emit("Add", [a, emitter.scalar(1, dtype)]);
    const inner = emitter.emit("Mul", [scaled(x, slope), plusOne(scaled(emitter.emit("Mul", [x, x]), cubic))]);
    return emitter.emit("Mul", [scaled(x, 0.5), plusOne(emitter.emit("Tanh", [inner]))]);
  },
});
