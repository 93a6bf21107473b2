/** @file Elementwise ops. A unary op is one row: formula, derivative, ONNX name. */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Op } from "../tensor.ts";
import type { Emitter } from "../emitter.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { DType } from "../host.ts";
import type { Node, Tensor } from "../tensor.ts";
import { asTensor, constant, scalarValue, zeros } from "./constant.ts";
import type { TensorLike } from "./constant.ts";
import { alignRank, alignTangent, beforeBroadcast, broadcastTangent, broadcastTo } from "./shaping.ts";
import { sumTo } from "./reduce.ts";

function requireFloat(name: string, x: Tensor): void {
  if (x.dtype !== "float32" && x.dtype !== "float64") {
    throw new TypeError(`${name}: expected a float tensor, got ${x.toString()}; use where(x, 1, 0) for booleans`);
  }
}

// ---- unary

interface UnaryRow {
  readonly f: (x: number) => number;
  /** dy/dx as a tensor, from x and y. */
  readonly derivative: (x: Tensor, y: Tensor) => Tensor;
  /** The ONNX op type, or how to emit it. */
  readonly onnx: string | ((emitter: Emitter<Tensor>, x: string) => string);
  readonly simplify?: (x: Tensor) => Tensor | undefined;
}

function unary(name: string, row: UnaryRow): (x: Tensor) => Tensor {
  const op: Op<null> = singleOp<null>({
    name,
    infer: (inputs) => {
      requireFloat(name, inputOf({ inputs }));
      return inputOf({ inputs });
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs)),
    vjp: (node, g) => [mul(g, row.derivative(inputOf(node), outputOf(node)))],
    jvp: (node, [dx]) => dx && mul(dx, row.derivative(inputOf(node), outputOf(node))),
    ...(row.simplify && { simplify: (node: Node<null>) => row.simplify?.(inputOf(node)) }),
    lower: (emitter, _node, [x = ""]) =>
      typeof row.onnx === "string" ? emitter.emit(row.onnx, [x]) : row.onnx(emitter, x),
  });
  return (x) => apply(op, null, x);
}

const isOp = (x: Tensor, name: string): boolean => x.node.op.name === name;

/** −x */
export const neg = unary("neg", {
  f: (x) => -x,
  derivative: () => constant(-1),
  onnx: "Neg",
  simplify: (x) => (isOp(x, "neg") ? inputOf(x.node) : undefined),
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
});

/** |x|, with derivative 0 at 0. */
export const abs = unary("abs", { f: Math.abs, derivative: (x) => sign(x), onnx: "Abs" });

/** −1, 0 or 1; its derivative is 0. */
export const sign = unary("sign", { f: Math.sign, derivative: () => constant(0), onnx: "Sign" });

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
  onnx: (emitter, x) =>
    emitter.target === "onnxruntime"
      ? emitter.emitContrib("QuickGelu", [x], { alpha: { float: 1 } })
      : emitter.emit("Mul", [x, emitter.emit("Sigmoid", [x])]),
});

/** max(x, 0), with derivative 0 at 0. */
export const relu = unary("relu", {
  f: (x) => (x > 0 ? x : x === x ? 0 : NaN),
  derivative: (x) => where(greater(x, 0), 1, 0),
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

/** Booleans to 0 and 1 and the like are spelled `where(x, 1, 0)`; this is x to a constant power. */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  if (exponent === 0) return broadcastTo(constant(1), x.shape);
  return apply(powOp, { exponent }, x);
}

const powOp = singleOp<{ readonly exponent: number }>({
  name: "pow",
  infer: (inputs) => {
    requireFloat("pow", inputOf({ inputs }));
    return inputOf({ inputs });
  },
  evaluate: (inputs, { exponent }) => mapNd((x) => Math.pow(x, exponent), ndAt(inputs)),
  vjp: (node, g) => [mul(g, powDerivative(node))],
  jvp: (node, [dx]) => dx && mul(dx, powDerivative(node)),
  lower: (emitter, { attrs }, [x = ""]) => emitter.emit("Pow", [x, emitter.scalar(attrs.exponent)]),
});

const powDerivative = (node: Node<{ readonly exponent: number }>): Tensor =>
  mul(pow(inputOf(node), node.attrs.exponent - 1), node.attrs.exponent);

// ---- binary

interface BinaryRow {
  readonly f: (a: number, b: number) => number;
  readonly onnx: string;
  /** Default float32. */
  readonly dtype?: DType;
  /** Partial derivatives; undefined stands for 1. Absent: not differentiable (comparisons). */
  readonly partials?: readonly [Partial, Partial];
  readonly simplify?: (a: Tensor, b: Tensor) => Tensor | undefined;
}

type Partial = ((a: Tensor, b: Tensor, y: Tensor) => Tensor) | undefined;

function binary(name: string, row: BinaryRow): (a: TensorLike, b: TensorLike) => Tensor {
  const op: Op<null> = singleOp<null>({
    name,
    infer: (inputs) => {
      inputs.forEach((x) => requireFloat(name, x));
      return {
        shape: broadcastShapes(name, inputOf({ inputs }, 0).shape, inputOf({ inputs }, 1).shape),
        dtype: row.dtype ?? "float32",
      };
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs, 0), ndAt(inputs, 1)),
    vjp: (node, g) => node.inputs.map((x, i) => pullBack(row, node, g, x, i)),
    jvp: (node, tangents, count) => pushForward(row, node, tangents, count),
    simplify: (node) => simplifyBinary(row, node, (a, b) => apply(op, null, a, b)),
    lower: (emitter, node, inputs) => emitter.emit(row.onnx, withoutLeadingOnes(emitter, node, inputs)),
  });
  return (a, b) => {
    const rank = Math.max(typeof a === "number" ? 0 : a.rank, typeof b === "number" ? 0 : b.rank);
    return apply(op, null, alignRank(asTensor(a), rank), alignRank(asTensor(b), rank));
  };
}

function pullBack(row: BinaryRow, node: Node<null>, g: Tensor, x: Tensor, i: number): Tensor | undefined {
  if (row.partials === undefined) return undefined;
  const partial = row.partials[i];
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  return sumTo(partial ? mul(g, partial(a, b, outputOf(node))) : g, x.shape);
}

function pushForward(
  row: BinaryRow,
  node: Node<null>,
  tangents: readonly (Tensor | undefined)[],
  count: number | string,
): Tensor | undefined {
  if (row.partials === undefined) return undefined;
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const y = outputOf(node);
  let total: Tensor | undefined;
  tangents.forEach((tangent, i) => {
    if (tangent === undefined) return;
    const partial = row.partials?.[i];
    const aligned = alignTangent(tangent, y.rank + 1);
    const term = partial ? mul(aligned, partial(a, b, y)) : aligned;
    total = total ? add(total, term) : term;
  });
  return total && broadcastTangent(total, [count, ...y.shape]);
}

/** Broadcasting made late: an operand need not be repeated where the other gives the shape. */
function simplifyBinary(
  row: BinaryRow,
  node: Node<null>,
  again: (a: Tensor, b: Tensor) => Tensor,
): Tensor | undefined {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const y = outputOf(node);
  const lateA = alignRank(beforeBroadcast(a), a.rank);
  if (beforeBroadcast(a) !== a && fits(lateA, b, y)) return again(lateA, b);
  const lateB = alignRank(beforeBroadcast(b), b.rank);
  if (beforeBroadcast(b) !== b && fits(a, lateB, y)) return again(a, lateB);
  if (beforeBroadcast(a) !== a && beforeBroadcast(b) !== b) return broadcastTo(again(lateA, lateB), y.shape);
  const simpler = row.simplify?.(a, b);
  return simpler && sameShape(simpler.shape, y.shape) ? simpler : undefined;
}

/** ONNX broadcasts ranks by itself: one operand that was only given leading 1s is used as it was. */
function withoutLeadingOnes(emitter: Emitter<Tensor>, node: Node, inputs: readonly string[]): readonly string[] {
  const y = outputOf(node);
  for (const [i, x] of node.inputs.entries()) {
    if (x.node.op.name !== "reshape") continue;
    const bare = inputOf(x.node);
    const added = x.rank - bare.rank;
    const same = added > 0 && sameShape(x.shape.slice(added), bare.shape);
    // Not both: the other operand keeps the rank of the result.
    if (same && inputOf(node, 1 - i).rank === y.rank && x.shape.slice(0, added).every((dim) => dim === 1)) {
      return inputs.map((name, j) => (j === i ? emitter.name(bare) : name));
    }
  }
  return inputs;
}

const fits = (a: Tensor, b: Tensor, y: Tensor): boolean =>
  sameShape(broadcastShapes("internal", a.shape, b.shape), y.shape);

/** a + b */
export const add = binary("add", {
  f: (a, b) => a + b,
  onnx: "Add",
  partials: [undefined, undefined],
  simplify: (a, b) => {
    if (scalarValue(a) === 0) return b;
    if (scalarValue(b) === 0) return a;
    if (isOp(b, "neg")) return sub(a, inputOf(b.node));
    return isOp(a, "neg") ? sub(b, inputOf(a.node)) : foldChain("add", a, b, (x, y) => x + y);
  },
});

/** a − b */
export const sub = binary("sub", {
  f: (a, b) => a - b,
  onnx: "Sub",
  partials: [undefined, () => constant(-1)],
  simplify: (a, b) => {
    if (scalarValue(b) === 0) return a;
    if (scalarValue(a) === 0) return neg(b);
    return isOp(b, "neg") ? add(a, inputOf(b.node)) : undefined;
  },
});

/** a · b */
export const mul = binary("mul", {
  f: (a, b) => a * b,
  onnx: "Mul",
  partials: [(_a, b) => b, (a) => a],
  simplify: (a, b) => {
    if (scalarValue(a) === 1) return b;
    if (scalarValue(b) === 1) return a;
    if (scalarValue(a) === -1) return neg(b);
    if (scalarValue(b) === -1) return neg(a);
    if (isOp(a, "neg") && scalarValue(b) !== undefined) return mul(inputOf(a.node), negated(b));
    return foldChain("mul", a, b, (x, y) => x * y);
  },
});

/** a / b */
export const div = binary("div", {
  f: (a, b) => a / b,
  onnx: "Div",
  partials: [(_a, b) => div(1, b), (_a, b, y) => neg(div(y, b))],
  simplify: (a, b) => {
    const value = scalarValue(b);
    if (value === 1) return a;
    // Exact only for powers of two.
    if (value !== undefined && value !== 0 && Number.isInteger(Math.log2(Math.abs(value)))) {
      return mul(a, 1 / value);
    }
    return undefined;
  },
});

/** The larger of a and b; at a tie a takes the derivative. */
export const maximum = binary("maximum", {
  f: Math.max,
  onnx: "Max",
  partials: [(a, b) => where(greaterEqual(a, b), 1, 0), (a, b) => where(greaterEqual(a, b), 0, 1)],
});

/** The smaller of a and b; at a tie a takes the derivative. */
export const minimum = binary("minimum", {
  f: Math.min,
  onnx: "Min",
  partials: [(a, b) => where(lessEqual(a, b), 1, 0), (a, b) => where(lessEqual(a, b), 0, 1)],
});

/** a < b as booleans. */
export const less = binary("less", { f: (a, b) => Number(a < b), onnx: "Less", dtype: "bool" });
/** a ≤ b as booleans. */
export const lessEqual = binary("lessEqual", { f: (a, b) => Number(a <= b), onnx: "LessOrEqual", dtype: "bool" });
/** a > b as booleans. */
export const greater = binary("greater", { f: (a, b) => Number(a > b), onnx: "Greater", dtype: "bool" });
/** a ≥ b as booleans. */
export const greaterEqual = binary("greaterEqual", { f: (a, b) => Number(a >= b), onnx: "GreaterOrEqual", dtype: "bool" });
/** a = b as booleans. */
export const equal = binary("equal", { f: (a, b) => Number(a === b), onnx: "Equal", dtype: "bool" });

const negated = (scalar: Tensor): Tensor =>
  constant(Float64Array.of(-(scalarValue(scalar) ?? NaN)), scalar.shape as number[]);

/** (x ∘ c₁) ∘ c₂ = x ∘ (c₁ ∘ c₂) for scalar constants of a commutative op. */
function foldChain(
  name: "add" | "mul",
  a: Tensor,
  b: Tensor,
  f: (x: number, y: number) => number,
): Tensor | undefined {
  const [x, c] = scalarValue(b) === undefined ? [b, a] : [a, b];
  const outer = scalarValue(c);
  if (outer === undefined || !isOp(x, name)) return undefined;
  const [p, q] = [inputOf(x.node, 0), inputOf(x.node, 1)];
  const [inner, k] = scalarValue(q) === undefined ? [q, p] : [p, q];
  const value = scalarValue(k);
  if (value === undefined || !sameShape(inner.shape, x.shape)) return undefined;
  const folded = f(value, outer);
  if (!Number.isFinite(folded) || (name === "mul" && Math.abs(folded) < 1e-30)) return undefined;
  return name === "add" ? add(inner, folded) : mul(inner, folded);
}

// ---- choice

const whereOp = singleOp<null>({
  name: "where",
  infer: (inputs) => {
    const [cond, a, b] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1), inputOf({ inputs }, 2)];
    if (cond.dtype !== "bool") {
      throw new TypeError(`where: expected a bool condition, got ${cond.toString()}; compare first, as in greater(x, 0)`);
    }
    return { shape: broadcastShapes("where", cond.shape, a.shape, b.shape), dtype: a.dtype };
  },
  evaluate: (inputs) => mapNd((c = 0, a = NaN, b = NaN) => (c !== 0 ? a : b), ...inputs),
  vjp: (node, g) => {
    const [cond, a, b] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
    return [undefined, sumTo(where(cond, g, 0), a.shape), sumTo(where(cond, 0, g), b.shape)];
  },
  jvp: (node, [, da, db], count) => {
    if (!da && !db) return undefined;
    const y = outputOf(node);
    const tangent = (t: Tensor | undefined): Tensor => (t ? alignTangent(t, y.rank + 1) : zeros([1]));
    return broadcastTangent(where(inputOf(node), tangent(da), tangent(db)), [count, ...y.shape]);
  },
  lower: (emitter, _node, inputs) => emitter.emit("Where", inputs),
});

/** `a` where the condition holds, `b` elsewhere. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const inputs = [condition, asTensor(a), asTensor(b)];
  const rank = Math.max(...inputs.map((x) => x.rank));
  return apply(whereOp, null, ...inputs.map((x) => alignRank(x, rank)));
}
