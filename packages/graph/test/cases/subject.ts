/** @file Rows at concrete shapes, as programs: their operands, their values and their derivatives. */
import { grad, hessianVectorProduct, hostTensor, input, jvp, mul, reshape, scope, sizeOf, slice, square, sum, trace, vjp } from "@fluxion/graph";
import type { DType, HostTensor, InputSpec, Program, Shape, Tensor } from "@fluxion/graph";
import { mapNd, nd } from "../../src/ndarray.ts";
import type { Case } from "./case.ts";
import { cases } from "./index.ts";

/** A row at concrete shapes of its float operands. */
export interface Subject {
  readonly name: string;
  readonly row: Case;
  readonly shapes: readonly (readonly number[])[];
}

/** Shapes that two elementwise operands broadcast from: size 1 on either side, missing axes, scalars. */
const broadcasts: readonly (readonly (readonly number[])[])[] = [
  [[1, 3], [2, 3]],
  [[2, 1], [1, 3]],
  [[3], [2, 1]],
  [[], [2, 3]],
  [[1, 1, 1], [2, 3]],
];

/** Every row, and elementwise ones of two operands at every broadcast. */
export const subjects: readonly Subject[] = Object.entries(cases).flatMap(([name, row]) => [
  { name, row, shapes: row.shapes },
  ...(row.elementwise && row.shapes.length === 2
    ? broadcasts.map((shapes) => ({ name: `${name} of ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`, row, shapes }))
    : []),
]);

/** Values that are nowhere equal and exact in float32, from −1.5 to 1.5 or from 0.5 to 1.5. */
export function drawn(shape: readonly number[], seed: number, positive = false): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    return Math.fround(positive ? 0.5 + Math.abs(value) : 1.5 * value);
  });
}

const whole = (shape: readonly number[], seed: number, positive = false): number[] =>
  drawn(shape, seed, positive).map((value) => Math.round(positive ? 3 * value : 4 * value));

/** The operands of a subject. */
export function operandsOf({ row, shapes }: Subject, dtype: DType = "float64"): HostTensor[] {
  const values = dtype.startsWith("float") ? drawn : whole;
  return [
    ...shapes.map((shape, i) => hostTensor(values(shape, i, row.positive), shape, dtype)),
    ...(row.fixed ?? []).map((fixed) => hostTensor(fixed.values, fixed.shape, fixed.dtype)),
  ];
}

/** The type of a subject's result. */
export function resultOf({ row }: Subject, operands: readonly InputSpec[]): Tensor {
  const specs = Object.fromEntries(operands.map((spec, i) => [`x${String(i)}`, spec]));
  return trace("result", specs, (x) => ({ y: row.call(...Object.values(x)) })).outputs.y;
}

/** The operands that have the batch as their leading axis, or none. */
export function batchedOperands({ row, shapes }: Subject): readonly number[] {
  if (typeof row.batch === "string") return [];
  if (row.batch) return row.batch;
  // Broadcast, the leading axis of the result is that of any operand of its rank.
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const leads = shapes.map((shape) => (row.elementwise && shape.length < rank ? undefined : shape[0]));
  const lead = row.elementwise ? leads.find((size) => size !== undefined && size > 1) : leads[0];
  return lead === undefined ? [] : leads.flatMap((size, i) => (size === lead ? [i] : []));
}

/** A subject whose batch has another size; the values of fixed operands repeat. */
export function withBatch(subject: Subject, batch: number): Subject {
  const { row, shapes } = subject;
  const batched = batchedOperands(subject);
  const sized = (shape: readonly number[], i: number): readonly number[] => (batched.includes(i) ? [batch, ...shape.slice(1)] : shape);
  const fixed = row.fixed?.map(({ dtype, shape, values }, i) => {
    const size = sized(shape, shapes.length + i);
    return { dtype, shape: size, values: Array.from({ length: sizeOf(size) }, (_, j) => values[j % values.length] ?? NaN) };
  });
  return { ...subject, shapes: shapes.map(sized), row: { ...row, ...(fixed && { fixed }) } };
}

/** What is computed of a subject: its value alone, or its derivatives too. */
export type What = "value" | "derivatives";

/** The inputs and outputs of one subject in a program, and what to feed. */
interface Part {
  readonly specs: Record<string, InputSpec>;
  readonly feeds: Record<string, HostTensor>;
  readonly outputs: (x: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;
}

/** Direction k of operand i. */
export const directionOf = (shape: readonly number[], i: number, k: number): number[] => drawn(shape, 5 + i + 3 * k);

/** The weights of a result in the scalars that gradients are taken of. */
export const cotangentOf = (shape: readonly number[]): Float64Array => Float64Array.from(drawn(shape, 9));

/** Options of `programOf`. */
export interface ProgramOptions {
  /** The type of the operands. Default float32. */
  readonly dtype?: DType | undefined;
  /** Gives the leading axes of batched operands the name `batch`. Default false. */
  readonly named?: boolean | undefined;
}

function partOf(subject: Subject, what: What, { dtype = "float32", named = false }: ProgramOptions): Part {
  const { row, shapes, name } = subject;
  const batched = named ? batchedOperands(subject) : [];
  const operands = operandsOf(subject, dtype);
  const specOf = (tensor: HostTensor, i: number): InputSpec => input(batched.includes(i) ? ["batch", ...tensor.shape.slice(1)] : tensor.shape, tensor.dtype);
  const types = operands.map(specOf);
  const key = (kind: string, i: number | string): string => `${name} ${kind}${String(i)}`;
  const specs = Object.fromEntries(types.map((spec, i) => [key("x", i), spec]));
  const feeds = Object.fromEntries(operands.map((tensor, i) => [key("x", i), tensor]));
  const value = (x: Readonly<Record<string, Tensor>>): Tensor => scope(name, () => row.call(...types.map((_, i) => x[key("x", i)] as Tensor)));
  if (what === "value") return { specs, feeds, outputs: (x) => ({ [key("y", "")]: value(x) }) };
  const result = resultOf(subject, types);
  const concrete = resultOf(subject, operands.map((tensor) => input(tensor.shape, tensor.dtype)));
  shapes.forEach((shape, i) => {
    specs[key("t", i)] = input([2, ...(types[i]?.shape as Shape)], dtype);
    feeds[key("t", i)] = hostTensor([...directionOf(shape, i, 0), ...directionOf(shape, i, 1)], [2, ...shape], dtype);
  });
  specs[key("c", "")] = input(result.shape, result.dtype);
  feeds[key("c", "")] = hostTensor(cotangentOf(concrete.shape as number[]), concrete.shape as number[], concrete.dtype);
  return { specs, feeds, outputs: (x) => scope(name, () => derivatives(subject, value(x), x, key)) };
}

/** `j` the tangents, `g` the cotangents; `s` the gradient of Σ c y² and `h` its Hessian times the first direction. */
function derivatives({ shapes }: Subject, y: Tensor, inputs: Readonly<Record<string, Tensor>>, key: (kind: string, i: number | string) => string): Record<string, Tensor> {
  const take = (kind: string): Tensor[] => shapes.map((_, i) => inputs[key(kind, i)] as Tensor);
  const [x, t, c] = [take("x"), take("t"), inputs[key("c", "")] as Tensor];
  const scalar = sum(mul(c, square(y)));
  const first = t.map((tangent, i) => reshape(slice(tangent, 0, 0, 1), x[i]?.shape ?? []));
  const named = (kind: string, tensors: readonly Tensor[]): [string, Tensor][] => tensors.map((tensor, i) => [key(kind, i), tensor]);
  return Object.fromEntries([
    [key("y", ""), y],
    ...named("j", jvp([y], x, t)),
    ...named("g", vjp([y], [c], x)),
    ...named("s", grad(scalar, x)),
    ...named("h", hessianVectorProduct(scalar, x, first)),
  ]);
}

/** Whether a subject has derivatives: its result is float and something of it is. */
export function isDifferentiable(subject: Subject): boolean {
  if (subject.shapes.length === 0) return false;
  const { dtype } = resultOf(subject, operandsOf(subject, "float32").map((tensor) => input(tensor.shape, tensor.dtype)));
  return dtype === "float32" || dtype === "float64";
}

/** The values in closed form, where the row has one. */
export function closedForm({ row, shapes }: Subject, operands: readonly HostTensor[]): readonly number[] | undefined {
  const values = operands.map(({ data }) => Array.from(data as ArrayLike<number | bigint>, Number));
  const f = row.elementwise?.f;
  if (!f) return row.expected?.(...values);
  const arrays = shapes.map((shape, i) => nd(shape, Float64Array.from(values[i] ?? [])));
  return [...mapNd(f, ...arrays).data];
}

/** Many subjects as one program, so that a runtime compiles once; names begin with the subject's. */
export function programOf(parts: readonly Subject[], what: What, options: ProgramOptions = {}): { readonly program: Program; readonly feeds: Record<string, HostTensor> } {
  const all = parts.map((subject) => partOf(subject, what, options));
  const merge = <T>(records: readonly Record<string, T>[]): Record<string, T> => Object.assign({}, ...records) as Record<string, T>;
  const program = trace("conformance", merge(all.map(({ specs }) => specs)), (x) => merge(all.map(({ outputs }) => outputs(x))));
  return { program, feeds: merge(all.map(({ feeds }) => feeds)) };
}
