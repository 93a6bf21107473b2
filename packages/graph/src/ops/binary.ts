/** @file Arithmetic of two operands, elementwise, broadcast by NumPy's rule. Each op is one row. */
import type { Emitter } from "../emitter.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { greater, greaterEqual, lessEqual } from "./comparison.ts";
import { isValueOf, scalarValue } from "./constant.ts";
import type { TensorLike } from "./constant.ts";
import { binary } from "./elementwise.ts";
import { neg } from "./unary.ts";

const isOp = (x: Tensor, name: string): boolean => x.node.op.name === name;

/** a + b */
export const add = binary("add", {
  f: (a, b) => a + b,
  onnx: "Add",
  partials: [() => 1, () => 1],
  simplify: (a, b) => {
    if (scalarValue(a) === 0) return b;
    if (scalarValue(b) === 0) return a;
    if (isOp(b, "neg")) return sub(a, inputOf(b.node));
    if (isOp(a, "neg")) return sub(b, inputOf(a.node));
    return addConstants(a, b) ?? addConstants(b, a) ?? addSmallFirst(a, b) ?? addSmallFirst(b, a);
  },
});

/** a − b */
export const sub = binary("sub", {
  f: (a, b) => a - b,
  onnx: "Sub",
  partials: [() => 1, () => -1],
  simplify: (a, b) => {
    if (scalarValue(b) === 0) return a;
    if (scalarValue(a) === 0) return neg(b);
    return isOp(b, "neg") ? add(a, inputOf(b.node)) : undefined;
  },
});

/** a · b */
export const mul = binary("mul", {
  f: (a, b) => a * b,
  onnx: (emitter, a, b, node) => emitter.emit("Mul", exactScalars(emitter, [a, b], node)),
  partials: [(_a, b) => b, (a) => a],
  simplify: (a, b) => {
    if (scalarValue(a) === 1) return b;
    if (scalarValue(b) === 1) return a;
    if (scalarValue(a) === -1) return neg(b);
    if (scalarValue(b) === -1) return neg(a);
    return scalarValue(a) === undefined ? scale(a, scalarValue(b)) : scale(b, scalarValue(a));
  },
});

/** a / b */
export const div = binary("div", {
  f: (a, b) => a / b,
  onnx: (emitter, a, b, node) => emitter.emit("Div", exactScalars(emitter, [a, b], node)),
  operands: "floats",
  partials: [(_a, b) => div(1, b), (_a, b, y) => neg(div(y, b))],
  simplify: (a, b) => {
    const value = scalarValue(b);
    if (value === 1) return a;
    // Exact only for powers of two.
    if (value !== undefined && Number.isInteger(Math.log2(Math.abs(value))) && isValueOf(1 / value, a.dtype)) {
      return mul(a, 1 / value);
    }
    return scale(a, value === undefined ? undefined : 1 / value);
  },
});

/**
 * ONNX Runtime fuses a constant factor into the matrix product beside it, rounded to float32. In float64 the factor is
 * therefore a row, which is not fused.
 */
function exactScalars(emitter: Emitter<Tensor>, names: readonly string[], node: Node): readonly string[] {
  const { shape, dtype, rank } = outputOf(node);
  const width = shape[rank - 1];
  if (dtype !== "float64" || rank < 2 || typeof width !== "number" || width < 2) return names;
  return names.map((name, i) => {
    const value = scalarValue(inputOf(node, i));
    return value === undefined ? name : emitter.constant(new Float64Array(width).fill(value), [width], dtype);
  });
}

/** The larger of a and b; at a tie a takes the derivative. NaN with anything is NaN; which zero wins is left open. */
export const maximum = binary("maximum", {
  f: Math.max,
  onnx: "Max",
  partials: [(a, b) => cast(greaterEqual(a, b), a.dtype), (a, b) => cast(greater(b, a), a.dtype)],
  simplify: (a, b) => (a === b ? a : undefined),
});

/** The smaller of a and b; at a tie a takes the derivative. NaN with anything is NaN; which zero wins is left open. */
export const minimum = binary("minimum", {
  f: Math.min,
  onnx: "Min",
  partials: [(a, b) => cast(lessEqual(a, b), a.dtype), (a, b) => cast(greater(a, b), a.dtype)],
  simplify: (a, b) => (a === b ? a : undefined),
});

/**
 * x moved into [low, high]: `minimum(maximum(x, low), high)`, so `high` where the bounds are crossed. The derivative in x
 * is 1 inside and at the bounds, 0 outside, where the bound takes it.
 *
 * @param low - a number or a tensor that broadcasts with `x`
 * @throws RangeError if the bounds are numbers and `low` is not at most `high`
 */
export function clip(x: Tensor, low: TensorLike, high: TensorLike): Tensor {
  if (typeof low === "number" && typeof high === "number" && !(low <= high)) {
    throw new RangeError(`clip: expected low <= high, got ${String(low)} and ${String(high)}`);
  }
  return minimum(maximum(x, low), high);
}

/** `(x + r) + s = x + (r + s)` where r and s are smaller than x: one pass over x instead of two. */
function addSmallFirst(sum: Tensor, s: Tensor): Tensor | undefined {
  if (!isOp(sum, "add") || sameShape(s.shape, sum.shape) || isOp(s, "broadcastTo")) return undefined;
  if (!sameShape(broadcastShapes("add", sum.shape, s.shape), sum.shape)) return undefined;
  const [p, q] = [inputOf(sum.node, 0), inputOf(sum.node, 1)];
  const [x, r] = sameShape(p.shape, sum.shape) ? [p, q] : [q, p];
  if (!sameShape(x.shape, sum.shape) || sameShape(r.shape, sum.shape) || scalarValue(r) !== undefined) return undefined;
  return add(x, add(r, s));
}

/** `(x + c) + d = x + (c + d)` for scalar constants. */
function addConstants(sum: Tensor, d: Tensor): Tensor | undefined {
  const value = scalarValue(d);
  if (value === undefined || !isOp(sum, "add")) return undefined;
  const [x, c] = withConstant(sum);
  if (x === undefined || !isValueOf(c + value, sum.dtype)) return undefined;
  return add(x, c + value);
}

/**
 * `(x c) d = x (c d)` for scalar constants, and the same for a sign or a quotient in place of the first product. One
 * factor is less work than two, and ONNX Runtime drops one of two that stand before two matrix products (seen in 1.30).
 */
function scale(product: Tensor, d: number | undefined): Tensor | undefined {
  if (d === undefined) return undefined;
  const [x, c] = factorOf(product);
  if (x === undefined || !isValueOf(c * d, product.dtype)) return undefined;
  const underflows = c !== 0 && d !== 0 && Math.abs(c * d) < (product.dtype === "float16" ? 2 ** -14 : 1e-30);
  return underflows ? undefined : mul(x, c * d);
}

/** A tensor as another one times a number. */
function factorOf(product: Tensor): readonly [Tensor | undefined, number] {
  if (isOp(product, "neg")) return [inputOf(product.node), -1];
  if (isOp(product, "mul")) return withConstant(product);
  const divisor = isOp(product, "div") ? scalarValue(inputOf(product.node, 1)) : undefined;
  if (divisor === undefined) return [undefined, NaN];
  const x = inputOf(product.node);
  return sameShape(x.shape, product.shape) ? [x, 1 / divisor] : [undefined, NaN];
}

/** The operand of the shape of the result, and the scalar constant beside it. */
function withConstant(result: Tensor): readonly [Tensor | undefined, number] {
  const [p, q] = [inputOf(result.node, 0), inputOf(result.node, 1)];
  const [x, c] = scalarValue(q) === undefined ? [q, scalarValue(p)] : [p, scalarValue(q)];
  return c !== undefined && sameShape(x.shape, result.shape) ? [x, c] : [undefined, NaN];
}
