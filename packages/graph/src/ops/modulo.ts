/** @file Remainders and whole quotients, rounded down: the remainder has the sign of the divisor. */
import type { Emitter } from "../emitter.ts";
import { isFloat } from "../host.ts";
import type { DType } from "../host.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { div, sub } from "./binary.ts";
import { constantData } from "./constant.ts";
import type { TensorLike } from "./constant.ts";
import { binary } from "./elementwise.ts";

const floatMod = binary("mod", {
  f: (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  onnx: (emitter, a, b, node) => {
    const zero = emitter.scalar(0, inputOf(node).dtype);
    // The remainder of ONNX has the sign of the dividend.
    const rest = emitter.emit("Mod", [a, b], { fmod: 1 });
    const crossed = emitter.emit("Xor", [emitter.emit("Less", [rest, zero]), emitter.emit("Less", [b, zero])]);
    const moved = emitter.emit("And", [crossed, emitter.emit("Not", [emitter.emit("Equal", [rest, zero])])]);
    return emitter.emit("Where", [moved, emitter.emit("Add", [rest, b]), rest]);
  },
  partials: [() => 1, (a, b, y) => div(sub(y, a), b)],
});

const integerMod = binary("mod", {
  op: "integerMod",
  f: (a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)),
  onnx: (emitter, a, b, node) => emitter.emit("Mod", [a, safeDivisor(emitter, b, inputOf(node, 1))]),
});

/**
 * The remainder a − b ⌊a/b⌋ of floats or integers, with the sign of b as in Python: `mod(-5, 3)` is 1. For b = 0 it is
 * NaN for floats and 0 for integers. Derivatives are 1 in a and −⌊a/b⌋ in b.
 */
export function mod(a: TensorLike, b: TensorLike): Tensor {
  const typed = typeof a === "number" ? b : a;
  return typeof typed === "number" || isFloat(typed.dtype) ? floatMod(a, b) : integerMod(a, b);
}

/**
 * The quotient ⌊a/b⌋ of integers, rounded down as in Python: `floorDivide(-5, 3)` is −2. For b = 0 it is 0.
 *
 * @throws TypeError if the operands are no integers; of floats it is `floor(div(a, b))`
 */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  for (const x of [a, b]) {
    if (typeof x === "number" || !(isFloat(x.dtype) || x.dtype === "bool")) continue;
    const how = x.dtype === "bool" ? 'cast(x, "int32")' : "floor(div(a, b))";
    throw new TypeError(`floorDivide: expected integers, got ${x.toString()}; use ${how}`);
  }
  return quotient(a, b);
}

const quotient = binary("floorDivide", {
  f: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  onnx: (emitter, a, b, node) => {
    const divisor = inputOf(node, 1);
    const { dtype } = divisor;
    const safe = safeDivisor(emitter, b, divisor);
    // ONNX rounds towards 0.
    const q = emitter.emit("Div", [a, safe]);
    if (dtype === "uint8") return safe === b ? q : emitter.emit("Where", [isValue(emitter, b, 0, dtype), emitter.scalar(0, dtype), q]);
    const zero = emitter.scalar(0, dtype);
    const inexact = emitter.emit("Not", [emitter.emit("Equal", [emitter.emit("Mul", [q, safe]), a])]);
    const signs = emitter.emit("Xor", [emitter.emit("Less", [a, zero]), emitter.emit("Less", [safe, zero])]);
    const down = emitter.emit("Where", [emitter.emit("And", [inexact, signs]), emitter.emit("Sub", [q, emitter.scalar(1, dtype)]), q]);
    if (safe === b) return down;
    const negated = emitter.emit("Where", [isValue(emitter, b, -1, dtype), emitter.emit("Neg", [a]), down]);
    return emitter.emit("Where", [isValue(emitter, b, 0, dtype), zero, negated]);
  },
});

const isValue = (emitter: Emitter<Tensor>, x: string, value: number, dtype: DType): string =>
  emitter.emit("Equal", [x, emitter.scalar(value, dtype)]);

/** ONNX Runtime fails on a divisor 0, and the processor traps on the smallest integer by −1: both become 1. */
function safeDivisor(emitter: Emitter<Tensor>, b: string, divisor: Tensor): string {
  const { dtype } = divisor;
  const values = constantData(divisor);
  if (values?.every((value) => value !== 0 && value !== -1) === true) return b;
  const zero = isValue(emitter, b, 0, dtype);
  const unsafe = dtype === "uint8" ? zero : emitter.emit("Or", [zero, isValue(emitter, b, -1, dtype)]);
  return emitter.emit("Where", [unsafe, emitter.scalar(1, dtype), b]);
}
