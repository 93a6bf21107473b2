import type { Emitter } from "../emitter.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, div } from "./binary.ts";
import { binary } from "./elementwise.ts";
import { neg, square } from "./unary.ts";

/**
 * The angle of the point (x, y) in radians from −π to π, with the quadrants and signed zeros of IEEE: 0 at the origin,
 * ±π on the negative x axis. The derivatives are x/(x² + y²) in y and −y/(x² + y²) in x, NaN at the origin.
 */
export const atan2 = binary("atan2", {
  f: Math.atan2,
  operands: "floats",
  onnx: (emitter, y, x, node) => {
    const { dtype } = inputOf(node);
    const scalar = (value: number): string => emitter.scalar(value, dtype);
    const [a, b] = [emitter.emit("Abs", [y]), emitter.emit("Abs", [x])];
    // The angle in the first quadrant; 0/0 and ∞/∞ have one too.
    const onDiagonal = emitter.emit("Where", [emitter.emit("Equal", [a, scalar(0)]), scalar(0), scalar(Math.PI / 4)]);
    const angle = emitter.emit("Where", [emitter.emit("Equal", [a, b]), onDiagonal, emitter.emit("Atan", [emitter.emit("Div", [a, b])])]);
    const left = emitter.emit("Where", [isNegative(emitter, x, scalar(0)), emitter.emit("Sub", [scalar(Math.PI), angle]), angle]);
    return emitter.emit("Where", [isNegative(emitter, y, scalar(0)), emitter.emit("Neg", [left]), left]);
  },
  partials: [(y, x) => div(x, add(square(x), square(y))), (y, x) => neg(div(y, add(square(x), square(y))))],
});

/** Whether a value is below 0 or −0, whose reciprocal is −∞. */
const isNegative = (emitter: Emitter<Tensor>, x: string, zero: string): string =>
  emitter.emit("Or", [emitter.emit("Less", [x, zero]), emitter.emit("Less", [emitter.emit("Reciprocal", [x]), zero])]);
