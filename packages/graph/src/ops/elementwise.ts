/**
 * @file How elementwise ops are made of rows. It uses no other op, so that every file of rows may use it while loading.
 */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Node, Op, Tensor } from "../tensor.ts";
import type { DType } from "../host.ts";
import type { Emitter } from "../emitter.ts";
import { requireOperand } from "./checks.ts";
import type { Operands } from "./checks.ts";
import { asTensors } from "./constant.ts";
import type { TensorLike } from "./constant.ts";

/** An op of one operand. */
export interface UnaryRow {
  readonly f: (x: number) => number;
  /** dy/dx, from x and y. Absent where it is 0. */
  readonly derivative?: (x: Tensor, y: Tensor) => TensorLike;
  /** The ONNX op type, or how to emit it. */
  readonly onnx: string | ((emitter: Emitter<Tensor>, x: string, dtype: DType) => string);
  /** Default floats. */
  readonly operands?: Operands;
  /** Whether the result is boolean; otherwise it has the type of the operand. Default false. */
  readonly boolean?: boolean;
  readonly simplify?: (x: Tensor) => Tensor | undefined;
}

/** Makes an op of a row. */
export function unary(name: string, row: UnaryRow): (x: Tensor) => Tensor {
  const op: Op<null> = singleOp<null>({
    name,
    infer: (inputs) => {
      const x = inputOf({ inputs });
      requireOperand(name, x, row.operands ?? "floats");
      return { shape: x.shape, dtype: row.boolean === true ? "bool" : x.dtype };
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs)),
    elementwise: true,
    partial: (node) => row.derivative?.(inputOf(node), outputOf(node)) ?? 0,
    ...(row.simplify && { simplify: (node: Node<null>) => row.simplify?.(inputOf(node)) }),
    lower: (emitter, node, [x = ""]) =>
      typeof row.onnx === "string" ? emitter.emit(row.onnx, [x]) : row.onnx(emitter, x, inputOf(node).dtype),
  });
  return (x) => apply(op, null, x);
}

/** An op of two operands, which broadcast by NumPy's rule. */
export interface BinaryRow {
  readonly f: (a: number, b: number) => number;
  /** The ONNX op type, or how to emit it. */
  readonly onnx: string | ((emitter: Emitter<Tensor>, a: string, b: string, node: Node<null>) => string);
  /** Default numbers. */
  readonly operands?: Operands;
  /** The name of the op, where several stand behind one function. Default the name of the function. */
  readonly op?: string;
  /** Whether the result is boolean; otherwise it has the type of the operands. Default false. */
  readonly boolean?: boolean;
  /** Partial derivatives, from both operands and the result. Absent where they are 0. */
  readonly partials?: readonly [Partial, Partial];
  readonly simplify?: (a: Tensor, b: Tensor) => Tensor | undefined;
}

type Partial = (a: Tensor, b: Tensor, y: Tensor) => TensorLike;

/** Makes an op of a row. */
export function binary(name: string, row: BinaryRow): (a: TensorLike, b: TensorLike) => Tensor {
  const op: Op<null> = singleOp<null>({
    name: row.op ?? name,
    infer: (inputs) => {
      const [a, b] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
      if (a.dtype !== b.dtype) {
        throw new TypeError(
          `${name}: expected operands of one type, got ${a.toString()} and ${b.toString()}; use cast on one of them`,
        );
      }
      requireOperand(name, a, row.operands ?? "numbers");
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: row.boolean === true ? "bool" : a.dtype };
    },
    evaluate: (inputs) => mapNd(row.f, ndAt(inputs, 0), ndAt(inputs, 1)),
    elementwise: true,
    partial: (node, operand) => row.partials?.[operand]?.(inputOf(node, 0), inputOf(node, 1), outputOf(node)) ?? 0,
    simplify: (node) => {
      const simpler = row.simplify?.(inputOf(node, 0), inputOf(node, 1));
      return simpler && sameShape(simpler.shape, outputOf(node).shape) ? simpler : undefined;
    },
    lower: (emitter, node, [a = "", b = ""]) =>
      typeof row.onnx === "string" ? emitter.emit(row.onnx, [a, b]) : row.onnx(emitter, a, b, node),
  });
  return (a, b) => apply(op, null, ...asTensors([a, b]));
}
