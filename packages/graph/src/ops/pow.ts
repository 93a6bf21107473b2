/** @file Powers, of constant and of computed exponents. */
import { mapNd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { mul, sub } from "./binary.ts";
import { requireFloat } from "./checks.ts";
import { and, equal } from "./comparison.ts";
import { onesLike } from "./fill.ts";
import type { TensorLike } from "./constant.ts";
import { binary } from "./elementwise.ts";
import { log, reciprocal, square } from "./unary.ts";
import { where } from "./where.ts";

/**
 * x to the power of y; NaN where x is below 0 and y not whole. As IEEE has it, x⁰ and 1ʸ are 1 for every x and y, NaN
 * included.
 *
 * The derivative in y is xʸ log x: NaN where x is below 0, and 0 where x is 0. The derivative in x of x⁰ is 0, at 0 too.
 *
 * @param x - a float tensor, or a number if `y` is a tensor
 * @param y - a number, or a tensor that broadcasts with `x`
 * @throws RangeError if `y` is a number and not finite; TypeError if an operand is not float
 */
export function pow(x: TensorLike, y: TensorLike): Tensor {
  if (typeof y !== "number" || typeof x === "number") return power(x, y);
  requireFloat("pow", x);
  if (!Number.isFinite(y)) throw new RangeError(`pow: expected a finite exponent, got ${String(y)}`);
  if (y === 0) return onesLike(x);
  if (y === 1) return x;
  if (y === 2) return square(x);
  return y === -1 ? reciprocal(x) : apply(powOp, { exponent: y }, x);
}

/** JavaScript makes 1 to the power of NaN or infinity NaN; C, IEEE and ONNX Runtime do not. */
const powerOf = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y));

const powOp = singleOp<{ readonly exponent: number }>({
  name: "pow",
  infer: (inputs) => inputOf({ inputs }),
  evaluate: (inputs, { exponent }) => mapNd((x) => powerOf(x, exponent), ndAt(inputs)),
  elementwise: true,
  partial: slope,
  lower: (emitter, node, [x = ""]) => emitter.emit("Pow", [x, emitter.scalar(node.attrs.exponent, inputOf(node).dtype)]),
});

function slope(node: Node<{ readonly exponent: number }>): Tensor {
  return mul(pow(inputOf(node), node.attrs.exponent - 1), node.attrs.exponent);
}

const power = binary("pow", {
  op: "power",
  f: powerOf,
  onnx: "Pow",
  operands: "floats",
  // Where a rule would meet 0 · ∞, a 1 stands in before, not after: derivatives of these stay free of NaN.
  partials: [
    (x, y) => mul(y, power(x, sub(where(and(equal(x, 0), equal(y, 0)), 1, y), 1))),
    (x, _y, z) => mul(z, log(where(equal(x, 0), 1, x))),
  ],
});
