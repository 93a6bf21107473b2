/** @file Elementwise ops of two operands, broadcast by NumPy's rule. Each is one row. */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Op } from "../tensor.ts";
import type { Emitter } from "../emitter.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Node, Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { asTensors, constant, scalarValue } from "./constant.ts";
import type { TensorLike } from "./constant.ts";
import { greater, greaterEqual, lessEqual } from "./comparison.ts";
import { neg, requireFloat, requireNumber } from "./unary.ts";
import { alignRank, alignTangent, beforeBroadcast, broadcastTangent, broadcastTo } from "./shaping.ts";
import { sumTo } from "./reduce.ts";

interface BinaryRow {
  readonly f: (a: number, b: number) => number;
  readonly onnx: string;
  /** Operands: numbers (the default), floats only, booleans only, or of any type. */
  readonly operands?: "numbers" | "floats" | "booleans" | "any";
  /** Whether the result is boolean; otherwise it has the type of the operands. Default false. */
  readonly boolean?: boolean;
  /** Partial derivatives; undefined stands for 1. Absent: not differentiable (comparisons). */
  readonly partials?: readonly [Partial, Partial];
  readonly simplify?: (a: Tensor, b: Tensor) => Tensor | undefined;
}

type Partial = ((a: Tensor, b: Tensor, y: Tensor) => TensorLike) | undefined;

/** Makes an op of a row. */
export function binary(name: string, row: BinaryRow): (a: TensorLike, b: TensorLike) => Tensor {
  const op: Op<null> = singleOp<null>({
    name,
    infer: (inputs) => {
      const [a, b] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
      checkOperands(name, a, b, row.operands ?? "numbers");
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: row.boolean === true ? "bool" : a.dtype };
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs, 0), ndAt(inputs, 1)),
    vjp: (node, g) => node.inputs.map((x, i) => pullBack(row, node, g, x, i)),
    jvp: (node, tangents, count) => pushForward(row, node, tangents, count),
    simplify: (node) => simplifyBinary(row, node, (a, b) => apply(op, null, a, b)),
    lower: (emitter, node, inputs) => emitter.emit(row.onnx, withoutLeadingOnes(emitter, node, inputs)),
  });
  return (...operands) => {
    const tensors = asTensors(operands);
    const rank = Math.max(...tensors.map((x) => x.rank));
    return apply(op, null, ...tensors.map((x) => alignRank(x, rank)));
  };
}

function checkOperands(name: string, a: Tensor, b: Tensor, operands: NonNullable<BinaryRow["operands"]>): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `${name}: expected operands of one type, got ${a.toString()} and ${b.toString()}; use cast on one of them`,
    );
  }
  if (operands === "numbers") requireNumber(name, a);
  if (operands === "floats") requireFloat(name, a);
  if (operands === "booleans" && a.dtype !== "bool") {
    throw new TypeError(`${name}: expected booleans, got ${a.toString()}; compare first, as in greater(x, 0)`);
  }
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

const isOp = (x: Tensor, name: string): boolean => x.node.op.name === name;

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
  partials: [undefined, () => -1],
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
  operands: "floats",
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
  partials: [(a, b) => cast(greaterEqual(a, b), a.dtype), (a, b) => cast(greater(b, a), a.dtype)],
});

/** The smaller of a and b; at a tie a takes the derivative. */
export const minimum = binary("minimum", {
  f: Math.min,
  onnx: "Min",
  partials: [(a, b) => cast(lessEqual(a, b), a.dtype), (a, b) => cast(greater(a, b), a.dtype)],
});

const negated = (scalar: Tensor): Tensor =>
  constant(Float64Array.of(-(scalarValue(scalar) ?? NaN)), scalar.shape as number[], scalar.dtype);

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
