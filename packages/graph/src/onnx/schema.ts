/**
 * @file The part of the ONNX protobuf schema that Fluxion writes, as tables over a maintained wire format library.
 * No code is generated at run time, so a page with a strict content security policy can use it.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The operator set and format version of every model that Fluxion writes. */
export const opset = 21;
export const irVersion = 10;

export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: string;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

export interface ValueInfoProto {
  readonly name: string;
  readonly elemType: number;
  readonly shape: readonly (number | string)[];
}

export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
}

export interface ModelProto {
  readonly graph: GraphProto;
  readonly domains: readonly string[];
  /** Text by name, which runtimes hand on and do not read. */
  readonly metadata: Readonly<Record<string, string>>;
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

const text = (w: BinaryWriter, field: number, value: string): BinaryWriter =>
  w.tag(field, WireType.LengthDelimited).string(value);
const integer = (w: BinaryWriter, field: number, value: number): BinaryWriter =>
  w.tag(field, WireType.Varint).int64(value);

function writeTensor(w: BinaryWriter, { name, dims, dataType, rawData }: TensorProto): void {
  for (const dim of dims) integer(w, 1, dim);
  integer(w, 2, dataType);
  if (name !== undefined) text(w, 8, name);
  w.tag(9, WireType.LengthDelimited).bytes(rawData);
}

function writeAttribute(w: BinaryWriter, a: AttributeProto): void {
  text(w, 1, a.name);
  if (a.f !== undefined) w.tag(2, WireType.Bit32).float(a.f);
  if (a.i !== undefined) integer(w, 3, a.i);
  if (a.s !== undefined) text(w, 4, a.s);
  const { g } = a;
  if (g) message(w, 6, () => { writeGraph(w, g); });
  for (const f of a.floats ?? []) w.tag(7, WireType.Bit32).float(f);
  for (const i of a.ints ?? []) integer(w, 8, i);
  integer(w, 20, a.type);
}

function writeNode(w: BinaryWriter, node: NodeProto): void {
  for (const name of node.input) text(w, 1, name);
  for (const name of node.output) text(w, 2, name);
  text(w, 3, node.name);
  text(w, 4, node.opType);
  for (const a of node.attribute) message(w, 5, () => { writeAttribute(w, a); });
  if (node.domain !== undefined) text(w, 7, node.domain);
}

function writeValueInfo(w: BinaryWriter, { name, elemType, shape }: ValueInfoProto): void {
  text(w, 1, name);
  message(w, 2, () => {
    message(w, 1, () => {
      integer(w, 1, elemType);
      message(w, 2, () => {
        for (const dim of shape) {
          message(w, 1, () => (typeof dim === "number" ? integer(w, 1, dim) : text(w, 2, dim)));
        }
      });
    });
  });
}

function writeGraph(w: BinaryWriter, graph: GraphProto): void {
  for (const node of graph.node) message(w, 1, () => { writeNode(w, node); });
  text(w, 2, graph.name);
  for (const tensor of graph.initializer) message(w, 5, () => { writeTensor(w, tensor); });
  for (const value of graph.input) message(w, 11, () => { writeValueInfo(w, value); });
  for (const value of graph.output) message(w, 12, () => { writeValueInfo(w, value); });
}

/** Serialises a model. */
export function encodeModel({ graph, domains, metadata }: ModelProto): Uint8Array {
  const w = new BinaryWriter();
  integer(w, 1, irVersion);
  text(w, 2, "fluxion");
  // Before the graph: a file cut short must not look whole.
  for (const [key, value] of Object.entries(metadata)) {
    message(w, 14, () => {
      text(w, 1, key);
      text(w, 2, value);
    });
  }
  message(w, 7, () => { writeGraph(w, graph); });
  for (const domain of domains) {
    message(w, 8, () => {
      text(w, 1, domain);
      integer(w, 2, domain === "" ? opset : 1);
    });
  }
  return w.finish();
}
