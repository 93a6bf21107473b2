/**
 * @file Programs as bytes: 8 of magic, 8 of checksum (of all that follows), 4 of header length, a JSON header with the
 * graph, then the constants. What is loaded is a program like any other: it can be differentiated, simplified and lowered.
 */
import { inputOp, traceBody } from "./body.ts";
import { crc32 } from "./crc32.ts";
import type { DType } from "./host.ts";
import { definedOps } from "./op.ts";
import { input } from "./program.ts";
import type { Program } from "./program.ts";
import type { Shape } from "./shape.ts";
import { makeNode, reachable } from "./tensor.ts";
import type { Body, Op, Tensor, TensorType } from "./tensor.ts";

const magic = "FLUXPRG1";
/** Where the header begins. */
const start = 20;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A body: tensors are numbered, its inputs first, then the outputs of each node in turn. */
interface SavedBody {
  readonly name: string;
  readonly inputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly nodes: readonly { readonly op: string; readonly attrs: Json; readonly inputs: readonly number[]; readonly scope?: string }[];
  readonly outputs: readonly number[];
}

interface Header {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly body: SavedBody;
}

/** A program as bytes, for `loadProgram`. To run it elsewhere, `lower` it. */
export function saveProgram({ name, inputs, outputs, body }: Program): Uint8Array {
  const chunks = new Map<Float32Array | Float64Array, number>();
  let bytes = 0;
  const place = (data: Float32Array | Float64Array): number => {
    const known = chunks.get(data);
    if (known !== undefined) return known;
    const at = bytes;
    chunks.set(data, at);
    bytes += Math.ceil(data.byteLength / 8) * 8;
    return at;
  };
  const saved = saveBody(body, place);
  const data = new Uint8Array(bytes);
  for (const [chunk, at] of chunks) data.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), at);
  const header: Header = { name, inputs: Object.keys(inputs), outputs: Object.keys(outputs), body: saved };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(start + text.length + bytes);
  new DataView(file.buffer).setUint32(start - 4, text.length, true);
  file.set(text, start);
  file.set(data, start + text.length);
  file.set(new TextEncoder().encode(magic + crc32(file.subarray(start - 4))));
  return file;
}

type Place = (data: Float32Array | Float64Array) => number;

function saveBody(body: Body, place: Place): SavedBody {
  const numbers = new Map<Tensor, number>(body.inputs.map((tensor, i) => [tensor, i]));
  const number = (tensor: Tensor): number => {
    const found = numbers.get(tensor);
    if (found === undefined) throw new Error(`internal: ${tensor.node.op.name} belongs to no body`);
    return found;
  };
  const nodes = reachable(body.outputs, new Set(body.inputs)).filter(({ op }) => op !== (inputOp as unknown));
  const saved = nodes.map(({ op, attrs, inputs, outputs, scope }) => {
    const row = { op: op.name, attrs: saveValue(attrs, place), inputs: inputs.map(number), ...(scope !== "" && { scope }) };
    outputs.forEach((output) => numbers.set(output, numbers.size));
    return row;
  });
  const types = body.inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  return { name: body.frame.name, inputs: types, nodes: saved, outputs: body.outputs.map(number) };
}

/** Attributes are plain but for arrays of numbers, bodies, and numbers that JSON lacks. */
function saveValue(value: unknown, place: Place): Json {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    return { $data: [value instanceof Float32Array ? "float32" : "float64", place(value), value.length] };
  }
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
  if (Array.isArray(value)) return value.map((item: unknown) => saveValue(item, place));
  if (typeof value !== "object" || value === null) return value as string | boolean | null;
  if ("frame" in value) return { $body: saveBody(value as Body, place) as unknown as Json };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, saveValue(item, place)]));
}

/**
 * Reads what `saveProgram` wrote.
 *
 * @param file - its name, for messages
 * @throws Error naming the file and what is wrong with it: foreign, truncated, damaged, or of ops that are not known here
 */
export function loadProgram(bytes: Uint8Array, file = "loadProgram"): Program {
  const fail = (got: string, fix = "save the program again"): never => {
    throw new Error(`${file}: expected a program saved by saveProgram, got ${got}; ${fix}`);
  };
  const text = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  if (bytes.length < start || text(0, 8) !== magic) return fail("other content");
  if (text(8, 16) !== crc32(bytes.subarray(start - 4))) return fail("one that is truncated or damaged: its checksum differs");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(start - 4, true);
  const header = parseHeader(bytes.subarray(start, start + length)) ?? fail("a header that does not parse");
  // A copy that owns its buffer, so that its numbers are aligned.
  const data = new Uint8Array(bytes.subarray(start + length));
  const loader: Loader = { data, ids: new Map(), arrays: new Map(), fail };
  try {
    const body = loadBody(header.body, loader);
    const named = (names: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> =>
      Object.fromEntries(names.map((key, i) => [key, tensors[i] ?? fail(`no tensor for "${key}"`)]));
    return { name: header.name, inputs: named(header.inputs, body.inputs), outputs: named(header.outputs, body.outputs), body };
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith(file)) throw cause;
    return fail(`a graph that does not hold together (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function parseHeader(text: Uint8Array): Header | undefined {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)) as Partial<Header> | null;
    const whole = header?.body && Array.isArray(header.inputs) && Array.isArray(header.outputs);
    return whole ? (header as Header) : undefined;
  } catch {
    return undefined;
  }
}

interface Loader {
  readonly data: Uint8Array;
  /** Scans are told apart by numbers that were unique where they were saved. */
  readonly ids: Map<number, number>;
  /** Constants that stand in several bodies are one array. */
  readonly arrays: Map<string, Float32Array | Float64Array>;
  readonly fail: (got: string, fix?: string) => never;
}

function loadBody({ name, inputs, nodes, outputs }: SavedBody, loader: Loader): Body {
  const types: TensorType[] = inputs.map(({ shape, dtype }) => input(shape, dtype));
  return traceBody(name, types, (placeholders) => {
    const tensors = [...placeholders];
    const get = (number: number): Tensor => tensors[number] ?? loader.fail(`a reference to tensor ${String(number)}, which is not there yet`);
    for (const { op: opName, attrs, inputs: operands, scope } of nodes) {
      const op = knownOp(opName, loader);
      const loaded = loadValue(attrs, loader);
      const values = operands.map(get);
      tensors.push(...makeNode(op, loaded, values, op.infer(values, loaded), undefined, scope ?? "").outputs);
    }
    return outputs.map(get);
  });
}

function knownOp(name: string, { fail }: Loader): Op {
  return definedOps().get(name) ?? fail(`the op "${name}", which is not known`, "load it with the version of Fluxion that saved it");
}

function loadValue(value: Json, loader: Loader): unknown {
  if (Array.isArray(value)) return value.map((item: Json) => loadValue(item, loader));
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, Json>>;
  if (record["$data"] !== undefined) return loadData(record["$data"] as readonly [string, number, number], loader);
  if (record["$number"] !== undefined) return Number(record["$number"]);
  if (record["$body"] !== undefined) return loadBody(record["$body"] as unknown as SavedBody, loader);
  const entries = Object.entries(record).map(([key, item]) => [key, loadValue(item, loader)] as const);
  const attrs = Object.fromEntries(entries);
  if ("recompute" in attrs) {
    for (const key of ["id", "extends"]) if (typeof attrs[key] === "number") attrs[key] = freshId(attrs[key], loader);
  }
  return attrs;
}

let loadedScans = 0;

/** Those made here are numbered from 0 up. */
function freshId(id: number, { ids }: Loader): number {
  const known = ids.get(id) ?? (loadedScans -= 1);
  ids.set(id, known);
  return known;
}

function loadData([type, at, length]: readonly [string, number, number], { data, arrays, fail }: Loader): Float32Array | Float64Array {
  const key = `${type} ${String(at)} ${String(length)}`;
  const end = at + length * (type === "float32" ? 4 : 8);
  if (!(at >= 0 && at % 8 === 0 && length >= 0 && end <= data.length)) return fail(`constants at bytes ${String(at)} to ${String(end)} of ${String(data.length)}`);
  const array = arrays.get(key) ?? (type === "float32" ? new Float32Array(data.buffer, at, length) : new Float64Array(data.buffer, at, length));
  arrays.set(key, array);
  return array;
}
