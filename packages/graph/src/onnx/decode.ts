/** @file What a foreign ONNX file holds, without its weights: the reading half of `schema.ts`. */
import { anySize } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { readMessage } from "./wire.ts";
import type { Field } from "./wire.ts";

/** A graph input or output. */
export interface DecodedValue {
  readonly name: string;
  /** As ONNX names it; `sequence` and the like for what is no tensor. */
  readonly dtype: string;
  /** Undefined if the file says nothing of it; `anySize` is an axis that it says nothing of. */
  readonly shape: Shape | undefined;
}

/** A stored tensor, without its values. */
export interface DecodedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dtype: string;
  /** Bytes of its values in the file. */
  readonly stored: number;
  /** Bytes of its values where they are raw, otherwise undefined. */
  readonly raw: number | undefined;
  /** The file that holds them, if it is another. */
  readonly location: string | undefined;
}

/** A model file as it is, unchecked. */
export interface DecodedModel {
  irVersion: number | undefined;
  producer: string;
  producerVersion: string;
  readonly opsets: Map<string, number>;
  hasGraph: boolean;
  readonly inputs: DecodedValue[];
  readonly outputs: DecodedValue[];
  readonly initializers: Set<string>;
  /** How often each op stands in the graph, its bodies and the model's own functions. */
  readonly nodes: Map<string, number>;
  /** Domains of the ops of the graph and its bodies. */
  readonly domains: Set<string>;
  /** Initializers and constants, those of bodies too. */
  readonly tensors: DecodedTensor[];
  readonly metadata: Map<string, string>;
}

/** TensorProto.DataType by number, with the bits of one value where that is fixed. */
const dtypes: Readonly<Record<number, readonly [string, number?]>> = {
  0: ["undefined"], 1: ["float32", 32], 2: ["uint8", 8], 3: ["int8", 8], 4: ["uint16", 16], 5: ["int16", 16], 6: ["int32", 32],
  7: ["int64", 64], 8: ["string"], 9: ["bool", 8], 10: ["float16", 16], 11: ["float64", 64], 12: ["uint32", 32], 13: ["uint64", 64],
  14: ["complex64", 64], 15: ["complex128", 128], 16: ["bfloat16", 16], 17: ["float8e4m3fn", 8], 18: ["float8e4m3fnuz", 8],
  19: ["float8e5m2", 8], 20: ["float8e5m2fnuz", 8], 21: ["uint4", 4], 22: ["int4", 4], 23: ["float4e2m1", 4], 24: ["float8e8m0", 8],
  25: ["uint2", 2], 26: ["int2", 2],
};

const dtypeName = (code: number): string => dtypes[code]?.[0] ?? `dtype ${String(code)}`;

const bitsByName = new Map(Object.values(dtypes).map(([name, bits]) => [name, bits]));

/** The bytes that raw values of a dtype take, or undefined where that is not fixed. */
export function rawSize(dtype: string, dims: readonly number[]): number | undefined {
  const bits = bitsByName.get(dtype);
  return bits === undefined ? undefined : Math.ceil((dims.reduce((a, b) => a * b, 1) * bits) / 8);
}

/** The default domain has two names. */
const domainOf = (domain: string): string => (domain === "" ? "ai.onnx" : domain);

/**
 * Reads a model file. Weights are measured, not copied.
 *
 * @throws Error saying where the bytes are no model
 */
export function decodeModel(bytes: Uint8Array): DecodedModel {
  const model: DecodedModel = {
    irVersion: undefined, producer: "", producerVersion: "", opsets: new Map(), hasGraph: false, inputs: [], outputs: [],
    initializers: new Set(), nodes: new Map(), domains: new Set(), tensors: [], metadata: new Map(),
  };
  readMessage("the model", bytes, {
    1: (f) => { model.irVersion = f.number(); },
    2: (f) => { model.producer = f.text(); },
    3: (f) => { model.producerVersion = f.text(); },
    7: (f) => {
      model.hasGraph = true;
      readGraph(f, model, model);
    },
    8: (f) => { readOpset(f, model.opsets); },
    14: (f) => { model.metadata.set(...readEntry(f)); },
    25: (f) => { f.message("a function", { 7: (node) => { readNode(node, { ...model, domains: new Set() }); } }); },
  });
  return model;
}

function readOpset(field: Field, opsets: Map<string, number>): void {
  let domain = "";
  let version = 0;
  field.message("an opset import", { 1: (f) => { domain = f.text(); }, 2: (f) => { version = f.number(); } });
  opsets.set(domainOf(domain), version);
}

type Survey = Pick<DecodedModel, "nodes" | "domains" | "tensors">;
type Boundary = Pick<DecodedModel, "inputs" | "outputs" | "initializers">;

/** Only the outermost graph has a boundary that anyone asks for. */
function readGraph(field: Field, survey: Survey, boundary?: Boundary): void {
  field.message("the graph", {
    1: (f) => { readNode(f, survey); },
    5: (f) => {
      const tensor = readTensor(f);
      survey.tensors.push(tensor);
      boundary?.initializers.add(tensor.name);
    },
    11: (f) => { boundary?.inputs.push(readValue(f)); },
    12: (f) => { boundary?.outputs.push(readValue(f)); },
    15: (f) => { readSparse(f, survey, boundary); },
  });
}

function readSparse(field: Field, survey: Survey, boundary?: Boundary): void {
  field.message("a sparse tensor", {
    1: (f) => {
      const tensor = readTensor(f);
      survey.tensors.push(tensor);
      boundary?.initializers.add(tensor.name);
    },
    2: (f) => { survey.tensors.push(readTensor(f)); },
  });
}

function readNode(field: Field, survey: Survey): void {
  let op = "";
  let domain = "";
  field.message("a node", {
    4: (f) => { op = f.text(); },
    5: (f) => { readAttribute(f, survey); },
    7: (f) => { domain = domainOf(f.text()); },
  });
  const isStandard = domain === "" || domain === "ai.onnx";
  const key = isStandard ? op : `${domain}.${op}`;
  survey.nodes.set(key, (survey.nodes.get(key) ?? 0) + 1);
  survey.domains.add(isStandard ? "ai.onnx" : domain);
}

function readAttribute(field: Field, survey: Survey): void {
  const tensor = (f: Field): void => void survey.tensors.push(readTensor(f));
  const graph = (f: Field): void => { readGraph(f, survey); };
  const sparse = (f: Field): void => { readSparse(f, survey); };
  field.message("an attribute", { 5: tensor, 6: graph, 10: tensor, 11: graph, 22: sparse, 23: sparse });
}

function readTensor(field: Field): DecodedTensor {
  const dims: number[] = [];
  let [name, code, stored, isElsewhere] = ["", 0, 0, false];
  let raw: number | undefined;
  let location: string | undefined;
  const typed = (f: Field): void => void (stored += f.size());
  field.message("a tensor", {
    1: (f) => { dims.push(...f.numbers()); },
    2: (f) => { code = f.number(); },
    4: typed, 5: typed, 6: typed, 7: typed, 10: typed, 11: typed,
    8: (f) => { name = f.text(); },
    9: (f) => { raw = f.size(); },
    13: (f) => { location = readLocation(f) ?? location; },
    14: (f) => { isElsewhere = f.number() === 1; },
  });
  return { name, dims, dtype: dtypeName(code), stored: stored + (raw ?? 0), raw, location: isElsewhere ? (location ?? "") : undefined };
}

function readLocation(field: Field): string | undefined {
  const [key, value] = readEntry(field);
  return key === "location" ? value : undefined;
}

function readEntry(field: Field): [key: string, value: string] {
  let [key, value] = ["", ""];
  field.message("an entry", { 1: (f) => { key = f.text(); }, 2: (f) => { value = f.text(); } });
  return [key, value];
}

const otherTypes: Readonly<Record<number, string>> = { 4: "sequence", 5: "map", 7: "opaque", 8: "sparse tensor", 9: "optional" };

function readValue(field: Field): DecodedValue {
  let name = "";
  let dtype = "undefined";
  let shape: Shape | undefined;
  const others = Object.fromEntries(Object.entries(otherTypes).map(([number, type]) => [number, () => void (dtype = type)]));
  field.message("a value", {
    1: (f) => { name = f.text(); },
    2: (f) => {
      f.message("a type", {
        ...others,
        1: (tensor) => {
          tensor.message("a tensor type", {
            1: (code) => { dtype = dtypeName(code.number()); },
            2: (dims) => { shape = readShape(dims); },
          });
        },
      });
    },
  });
  return { name, dtype, shape };
}

function readShape(field: Field): Shape {
  const shape: (number | string)[] = [];
  field.message("a shape", {
    1: (f) => {
      let dim: number | string = anySize;
      f.message("a dimension", { 1: (size) => { dim = size.number(); }, 2: (symbol) => { dim = symbol.text(); } });
      // Exporters write -1 or an empty name where they know nothing.
      shape.push(dim === "" || (typeof dim === "number" && dim < 0) ? anySize : dim);
    },
  });
  return shape;
}
