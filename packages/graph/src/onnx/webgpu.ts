/** @file What the WebGPU provider of ONNX Runtime lacks (1.30), said by what it has, or refused. */
import { dimAt, staticDim } from "../shape.ts";
import { inputOf, outputOf } from "../tensor.ts";
import type { Node } from "../tensor.ts";
import type { Attributes } from "../emitter.ts";
import { isFloat } from "../host.ts";
import type { DType } from "../host.ts";
import type { ModelSignature, ModelValue } from "./signature.ts";
import { dataTypes } from "./data-types.ts";
import type { Program } from "../program.ts";

/** The types that WGSL has; wider and narrower integers are held in 32 bits, where sums beyond them wrap. */
const held: Readonly<Record<DType, DType>> = {
  float16: "float16", float32: "float32", float64: "float64", int32: "int32", int64: "int32", uint8: "int32", bool: "bool",
};

/** The type that a tensor has on the device. */
export const heldAs = (dtype: DType): DType => held[dtype];

/**
 * The signature of a program's model as a WebGPU runtime must feed and read it: integers of all widths are int32.
 *
 * @param program - lowered with the target `webgpu`
 */
export function webgpuSignature({ name, inputs, outputs }: Program): ModelSignature {
  const values = (tensors: Program["inputs"]): Record<string, ModelValue> =>
    Object.fromEntries(Object.entries(tensors).map(([key, { shape, dtype }]) => [key, { shape, dtype: heldAs(dtype) }]));
  return { name, inputs: values(inputs), outputs: values(outputs) };
}

/** Ops that it has kernels for, of those that Fluxion emits. `Scan` and `Loop` drive their bodies from the host. */
const kernels = new Set([
  "Abs", "Add", "And", "Atan", "AveragePool", "Cast", "Ceil", "Concat", "Conv", "ConvTranspose", "Cos", "CumSum", "Div", "Equal", "Erf", "Exp",
  "Expand", "Floor", "Gather", "GatherElements", "Gelu", "Gemm", "Greater", "GreaterOrEqual", "Identity", "If", "InstanceNormalization",
  "LayerNormalization", "Less", "LessOrEqual", "Log", "Loop", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "Not", "Pad", "Pow", "Range",
  "Reciprocal", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "Scan",
  "ScatterElements", "Shape", "Sigmoid", "Sin", "Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Tan", "Tanh", "Tile",
  "Transpose", "Unsqueeze", "Where",
]);

/** Of those, the ones that it has for floats alone. */
const floatsAlone = new Set(["GatherElements", "Gemm", "MatMul", "Slice"]);

/** What substitutes are written with. */
export interface Forms {
  emit(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  scalar(value: number, dtype?: DType): string;
  constant(data: Float64Array, shape: readonly number[], dtype?: DType): string;
  int64s(values: readonly number[]): string;
}

type Form = (to: Forms, inputs: readonly string[], node: Node, attributes: Attributes) => string | undefined;

const or = (to: Forms, a: string, b: string): string =>
  to.emit("Not", [to.emit("And", [to.emit("Not", [a]), to.emit("Not", [b])])]);

const xor = (to: Forms, a: string, b: string): string =>
  to.emit("And", [or(to, a, b), to.emit("Not", [to.emit("And", [a, b])])]);

const typeOf = (node: Node): DType => heldAs(inputOf(node).dtype);

/** x > 0 less x < 0. */
const sign: Form = (to, [x = ""], node) => {
  const dtype = typeOf(node);
  const is = (comparison: string): string => to.emit("Cast", [to.emit(comparison, [x, to.scalar(0, dtype)])], { to: dataTypes[dtype] });
  return to.emit("Sub", [is("Greater"), is("Less")]);
};

/** ⌊x⌋, and one more above a half, and at a half where ⌊x⌋ is odd. */
const round: Form = (to, [x = ""], node) => {
  const dtype = typeOf(node);
  const float = (condition: string): string => to.emit("Cast", [condition], { to: dataTypes[dtype] });
  const a = to.scalar(0.5, dtype);
  const floor = to.emit("Floor", [x]);
  const rest = to.emit("Sub", [x, floor]);
  const odd = to.emit("Sub", [floor, to.emit("Mul", [to.emit("Floor", [to.emit("Mul", [floor, a])]), to.scalar(2, dtype)])]);
  const tie = to.emit("Mul", [float(to.emit("Equal", [rest, a])), odd]);
  return to.emit("Add", [floor, to.emit("Add", [float(to.emit("Greater", [rest, a])), tie])]);
};

/** The remainder: of floats with the sign of the dividend (`fmod`), of integers with that of the divisor. */
const mod: Form = (to, [a = "", b = ""], node, { fmod = 0 }) => {
  const dtype = typeOf(node);
  const times = (q: string): string => to.emit("Sub", [a, to.emit("Mul", [q, b])]);
  const quotient = to.emit("Div", [a, b]);
  if (fmod === 1) {
    const towardsZero = to.emit("Where", [to.emit("Less", [quotient, to.scalar(0, dtype)]), to.emit("Ceil", [quotient]), to.emit("Floor", [quotient])]);
    return times(towardsZero);
  }
  const rest = times(quotient);
  const zero = to.scalar(0, dtype);
  const crossed = xor(to, to.emit("Less", [rest, zero]), to.emit("Less", [b, zero]));
  const moved = to.emit("And", [crossed, to.emit("Not", [to.emit("Equal", [rest, zero])])]);
  return to.emit("Where", [moved, to.emit("Add", [rest, b]), rest]);
};

const logSoftmax: Form = (to, [x = ""], _node, { axis = -1 }) => {
  const axes = to.int64s([Number(axis)]);
  const values = to.emit("Sub", [x, to.emit("ReduceMax", [x, axes])]);
  return to.emit("Sub", [values, to.emit("Log", [to.emit("ReduceSum", [to.emit("Exp", [values]), axes])])]);
};

/** The least place whose value is the best one. */
const argBest = (best: string): Form => (to, [x = ""], node, { axis = 0 }) => {
  const { shape } = inputOf(node);
  const size = dimAt(shape, Number(axis));
  if (typeof size !== "number") return undefined;
  const axes = to.int64s([Number(axis)]);
  const places = to.constant(Float64Array.from({ length: size }, (_, i) => i), shape.map((_, i) => (i === axis ? size : 1)), "int32");
  const isBest = to.emit("Equal", [x, to.emit(best, [x, axes])]);
  return to.emit("ReduceMin", [to.emit("Where", [isBest, places, to.scalar(size, "int32")]), axes]);
};

/** A choice between booleans. */
const where: Form = (to, [condition = "", a = "", b = ""], node) =>
  outputOf(node).dtype === "bool" && inputOf(node, 1).dtype === "bool"
    ? or(to, to.emit("And", [condition, a]), to.emit("And", [to.emit("Not", [condition]), b]))
    : to.emit("Where", [condition, a, b]);

/** Its kernel is wrong where groups meet dilation (1.30): group by group it is right. */
const convTranspose: Form = (to, [x = "", w = ""], node, attributes) => {
  const groups = Number(attributes["group"] ?? 1);
  const dilations = attributes["dilations"] as readonly number[] | undefined;
  if (groups === 1 || dilations === undefined || Math.max(...dilations) === 1) return undefined;
  const size = staticDim(node.op.name, inputOf(node, 1).shape, 0) / groups;
  const part = (value: string, axis: number, i: number): string =>
    to.emit("Slice", [value, to.int64s([i * size]), to.int64s([(i + 1) * size]), to.int64s([axis])]);
  const parts = Array.from({ length: groups }, (_, i) => to.emit("ConvTranspose", [part(x, 1, i), part(w, 0, i)], { ...attributes, group: 1 }));
  return to.emit("Concat", parts, { axis: 1 });
};

/** Types are those that values have on the device. */
const cast: Form = (to, inputs, _node, { to: type }) =>
  to.emit("Cast", inputs, { to: type === dataTypes.int64 || type === dataTypes.uint8 ? dataTypes.int32 : Number(type) });

const forms: Readonly<Record<string, Form>> = {
  Cast: cast,
  ConvTranspose: convTranspose,
  Sign: sign,
  Abs: (to, [x = ""], node) =>
    typeOf(node) === "int32"
      ? to.emit("Where", [to.emit("Less", [x, to.scalar(0, "int32")]), to.emit("Sub", [to.scalar(0, "int32"), x]), x])
      : undefined,
  Neg: (to, [x = ""], node) => (typeOf(node) === "int32" ? to.emit("Sub", [to.scalar(0, "int32"), x]) : undefined),
  Round: round,
  Mod: mod,
  LogSoftmax: logSoftmax,
  ArgMax: argBest("ReduceMax"),
  ArgMin: argBest("ReduceMin"),
  Or: (to, [a = "", b = ""]) => or(to, a, b),
  Xor: (to, [a = "", b = ""]) => xor(to, a, b),
  IsNaN: (to, [x = ""]) => to.emit("Not", [to.emit("Equal", [x, x])]),
  Where: where,
};

/** Emits an op of a node as the provider can run it; undefined where it can as it stands. */
export function substitute(to: Forms, opType: string, inputs: readonly string[], node: Node, attributes: Attributes): string | undefined {
  return Object.hasOwn(forms, opType) ? forms[opType]?.(to, inputs, node, attributes) : undefined;
}

/**
 * Refuses a program before the provider does, in words of the program.
 *
 * @throws TypeError if an op has no kernel, or none for the type of its values
 */
export function refuseOnWebgpu(opType: string, { op, inputs, outputs, scope }: Node): void {
  const where = `lower: ${scope === "" ? "" : `${scope}: `}${op.name}`;
  if (!kernels.has(opType)) throw new TypeError(`${where}: ONNX Runtime's WebGPU provider has no ${opType}; compute it outside, or use the CPU`);
  const types = [...inputs, ...outputs].map(({ dtype }) => dtype);
  if (types.includes("float64")) throw new TypeError(`${where}: WebGPU has no float64; use float32, or the CPU`);
  if (floatsAlone.has(opType) && outputs.some(({ dtype }) => !isFloat(dtype))) {
    throw new TypeError(`${where}: ONNX Runtime's WebGPU provider has ${opType} for floats alone; cast to float32 first, or use the CPU`);
  }
  if (op.elementwise === true && outputs.some(({ dtype }) => dtype === "uint8")) {
    throw new TypeError(`${where}: WebGPU has no uint8 arithmetic; cast to int32 first, or use the CPU`);
  }
}
