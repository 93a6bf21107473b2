/**
 * @file How elementwise ops are made of rows. It uses no other op, so that every file of rows may use it while loading.
 */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import type { Emitter } from "../emitter.ts";
import { requireFloat, requireNumber } from "./checks.ts";
import { asTensors } from "./constant.ts";
import type { TensorLike } from "./constant.ts";

/** An op of one operand. */
export interface UnaryRow {
  readonly f: (x: number) => number;
  /** dy/dx, from x and y. */
  readonly derivative: (x: Tensor, y: Tensor) => TensorLike;
  /** The ONNX op type, or how to emit it. */
  readonly onnx: string | ((emitter: Emitter<Tensor>, x: string, node: Node<null>) => string);
  /** Whether integers are taken too. Default false. */
  readonly integers?: boolean;
  readonly simplify?: (x: Tensor) => Tensor | undefined;
}

/** Makes an op of a row. */
export function unary(name: string, row: UnaryRow): (x: Tensor) => Tensor {
  const check = row.integers === true ? requireNumber : requireFloat;
  const op: Op<null> = singleOp<null>({
    name,
    infer: (inputs) => {
      check(name, inputOf({ inputs }));
      return inputOf({ inputs });
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs)),
    elementwise: true,
    partial: (node) => row.derivative(inputOf(node), outputOf(node)),
    ...(row.simplify && { simplify: (node: Node<null>) => row.simplify?.(inputOf(node)) }),
    lower: (emitter, node, [x = ""]) =>
      typeof row.onnx === "string" ? emitter.emit(row.onnx, [x]) : row.onnx(emitter, x, node),
  });
  return (x) => apply(op, null, x);
}

/** An op of two operands, which broadcast by NumPy's rule. */
export interface BinaryRow {
  readonly f: (a: number, b: number) => number;
  /** The ONNX op type, or how to emit it. */
  readonly onnx: string | ((emitter: Emitter<Tensor>, inputs: readonly string[], node: Node<null>) => string);
  /** Operands: numbers (the default), floats only, booleans only, or of any type. */
  readonly operands?: "numbers" | "floats" | "booleans" | "any";
  /** Whether the result is boolean; otherwise it has the type of the operands. Default false. */
  readonly boolean?: boolean;
  /** Partial derivatives, from both operands and the result. Absent where the result is boolean. */
  readonly partials?: readonly [Partial, Partial];
  readonly simplify?: (a: Tensor, b: Tensor) => Tensor | undefined;
}

type Partial = (a: Tensor, b: Tensor, y: Tensor) => TensorLike;

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
    elementwise: true,
    ...(row.partials && {
      partial: (node: Node<null>, operand: number) => row.partials?.[operand]?.(inputOf(node, 0), inputOf(node, 1), outputOf(node)) ?? 0,
    }),
    simplify: (node) => {
      const simpler = row.simplify?.(inputOf(node, 0), inputOf(node, 1));
      return simpler && sameShape(simpler.shape, outputOf(node).shape) ? simpler : undefined;
    },
    lower: (emitter, node, inputs) =>
      typeof row.onnx === "string" ? emitter.emit(row.onnx, inputs) : row.onnx(emitter, inputs, node),
  });
  return (a, b) => apply(op, null, ...asTensors([a, b]));
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
