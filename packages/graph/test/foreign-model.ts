/** @file ONNX files as others write them, by code that shares nothing with the library's own writer. */

/** The fields of a protobuf message, in order: numbers are varints, lists are messages. */
export type Fields = readonly (readonly [number, number | string | Uint8Array | Fields])[];

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
};

/** The bytes of a message. */
export function message(fields: Fields): Uint8Array {
  const parts = fields.map(([number, value]) => {
    if (typeof value === "number") return Uint8Array.from([...varint(number << 3), ...varint(value)]);
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value instanceof Uint8Array ? value : message(value);
    const head = [...varint((number << 3) | 2), ...varint(bytes.length)];
    const part = new Uint8Array(head.length + bytes.length);
    part.set(head);
    part.set(bytes, head.length);
    return part;
  });
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** TensorProto.DataType */
export const types = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11, bfloat16: 16 } as const;

/** A graph input or output; an axis is a size, a name or (null) unknown. */
export const value = (name: string, type: number, shape?: readonly (number | string | null)[]): Fields => {
  const dims = shape?.map((dim): Fields[number] => [1, dim === null ? [] : [[typeof dim === "number" ? 1 : 2, dim]]]);
  return [[1, name], [2, [[1, [[1, type], ...(dims ? [[2, dims] as const] : [])]]]]];
};

/** A float32 tensor with its values in the typed field, packed, and packed dims: not as Fluxion writes them. */
export const tensor = (name: string, dims: readonly number[], values: readonly number[]): Fields => [
  [1, Uint8Array.from(dims.flatMap(varint))],
  [2, types.float32],
  [4, new Uint8Array(Float32Array.from(values).buffer)],
  [8, name],
];

/** A node with integer attributes, or those given as fields. */
export const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, number | readonly number[] | Fields>> = {}, domain?: string): Fields => [
  ...inputs.map((name) => [1, name] as const),
  ...outputs.map((name) => [2, name] as const),
  [4, op],
  ...Object.entries(attributes).map(([name, attribute]) => [5, attributeOf(name, attribute)] as const),
  ...(domain === undefined ? [] : [[7, domain] as const]),
];

const isList = (attribute: readonly number[] | Fields): attribute is readonly number[] => typeof attribute[0] === "number";

function attributeOf(name: string, attribute: number | readonly number[] | Fields): Fields {
  if (typeof attribute === "number") return [[1, name], [3, attribute], [20, 2]];
  if (isList(attribute)) return [[1, name], ...attribute.map((i) => [8, i] as const), [20, 7]];
  return [[1, name], ...attribute];
}

/** The parts of a graph. */
export interface Parts {
  readonly nodes?: readonly Fields[];
  readonly initializers?: readonly Fields[];
  readonly inputs?: readonly Fields[];
  readonly outputs?: readonly Fields[];
}

/** The fields of a graph. */
export const graph = ({ nodes = [], initializers = [], inputs = [], outputs = [] }: Parts): Fields => [
  ...nodes.map((part) => [1, part] as const),
  [2, "main_graph"],
  ...initializers.map((part) => [5, part] as const),
  ...inputs.map((part) => [11, part] as const),
  ...outputs.map((part) => [12, part] as const),
];

/** The file of a model: an older format and opset than Fluxion writes. */
export const model = (parts: Parts, more: Fields = []): Uint8Array =>
  message([[1, 8], [2, "pytorch"], [3, "2.9.0"], [7, graph(parts)], [8, [[1, ""], [2, 17]]], ...more]);
