/** @file Emission of one graph: the model's, or a loop body's. */
import { inputOp } from "../body.ts";
import type { AttributeValue, Attributes, Emitter, Target } from "../emitter.ts";
import { formatShape, isStatic, termOf } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { reachable } from "../tensor.ts";
import type { Node, Tensor } from "../tensor.ts";
import { toFloat16 } from "../float16.ts";
import { typedData } from "../host.ts";
import type { DType } from "../host.ts";
import { dataTypes } from "./data-types.ts";
import { refuseMissingKernel } from "./kernels.ts";
import { heldAs, refuseOnWebgpu, substitute } from "./webgpu.ts";
import type { Forms } from "./webgpu.ts";
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "./schema.ts";

const contribDomain = "com.microsoft";
const loops = new Set(["Scan", "Loop"]);
const blockedDomain = "com.microsoft.nchwc";

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") return { name, type: 3, s: value };
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("graph" in value) return { name, type: 5, g: value.graph };
  return { name, type: 7, ints: value };
}

/** State shared by a model's graph and all its nested bodies. */
export interface Model {
  readonly target: Target;
  readonly channelBlock: number | undefined;
  readonly usedNames: Map<string, number>;
  readonly domains: Set<string>;
  /** Ops that the host computes whatever the device: loops, and sizes. */
  readonly onHost: Set<string>;
  /** Element types of what is computed. */
  readonly types: Set<DType>;
  /** The named input and axis that tell the size of a symbol at run time. */
  readonly symbols: ReadonlyMap<string, { readonly value: string; readonly axis: number; readonly factor: number }>;
}

/** A number as text; 0 and −0 differ. */
const spelled = (value: number | bigint): string => (Object.is(value, -0) ? "-0" : String(value));

/** Lowers the nodes of one graph (the model's, or a loop body's). */
export class Lowering implements Emitter<Tensor> {
  readonly target: Target;
  readonly channelBlock: number | undefined;
  readonly #model: Model;
  readonly #parent: Lowering | undefined;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #values = new Map<Tensor, string>();
  readonly #shared = new Map<string, string>();
  /** Values that nodes of this graph made. */
  readonly #made = new Set<string>();
  readonly #forms: Forms = {
    emit: (opType, inputs, attributes) => this.#one(opType, inputs, attributes),
    scalar: (value, dtype) => this.scalar(value, dtype),
    constant: (data, shape, dtype) => this.constant(data, shape, dtype),
    int64s: (values) => this.int64s(values),
  };
  #current: Node | undefined;

  constructor(model: Model, parent?: Lowering) {
    this.target = model.target;
    this.channelBlock = model.target === "onnxruntime" ? model.channelBlock : undefined;
    this.#model = model;
    this.#parent = parent;
  }

  /** A name not used before, from the current scope and op. */
  #fresh(hint: string): string {
    const base = this.#current && this.#current.scope !== "" ? `${this.#current.scope}/${hint}` : hint;
    const count = this.#model.usedNames.get(base) ?? 0;
    this.#model.usedNames.set(base, count + 1);
    return count === 0 ? base : `${base}_${String(count)}`;
  }

  emitMany(opType: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    return this.#push(opType, undefined, inputs, outputs, attributes);
  }

  emit(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const other = this.target === "webgpu" && this.#current ? substitute(this.#forms, opType, inputs, this.#current, attributes) : undefined;
    return other ?? this.#one(opType, inputs, attributes);
  }

  /** Computes with sizes, which the host does on every device. */
  #sizes(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    this.#model.onHost.add(opType);
    return this.#one(opType, inputs, attributes);
  }

  #one(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#push(opType, undefined, inputs, 1, attributes)[0] ?? "";
  }

  emitContrib(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#push(opType, contribDomain, inputs, 1, attributes)[0] ?? "";
  }

  emitBlocked(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#push(opType, blockedDomain, inputs, 1, attributes)[0] ?? "";
  }

  #push(
    opType: string,
    domain: string | undefined,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes,
  ): string[] {
    if (this.target === "onnxruntime" && this.#current) refuseMissingKernel(opType, this.#current);
    if (this.target === "webgpu" && this.#current) refuseOnWebgpu(opType, this.#current);
    if (loops.has(opType) || this.#current?.op.name === "size") this.#model.onHost.add(opType);
    const name = this.#fresh(opType);
    const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? `${name}:out` : `${name}:out${String(i)}`));
    this.#model.domains.add(domain ?? "");
    names.forEach((value) => this.#made.add(value));
    this.#nodes.push({
      name,
      opType,
      ...(domain !== undefined && { domain }),
      input: inputs,
      output: names,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    });
    return names;
  }

  #initializer(key: string | undefined, dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh("const");
    this.#initializers.push({ name, dims, dataType, rawData });
    if (key !== undefined) this.#shared.set(key, name);
    return name;
  }

  constant(data: Float32Array | Float64Array, shape: readonly number[], dtype: DType = "float32"): string {
    const type = this.#held(dtype);
    const values = typedData(data, type);
    const key = values.length <= 4 ? `${type} ${shape.join()}:${Array.from(values, spelled).join()}` : undefined;
    const { buffer, byteOffset, byteLength } = type === "float16" ? toFloat16(values as Float32Array) : values;
    return this.#initializer(key, shape, dataTypes[type], new Uint8Array(buffer, byteOffset, byteLength));
  }

  #held(dtype: DType): DType {
    return this.target === "webgpu" ? heldAs(dtype) : dtype;
  }

  scalar(value: number, dtype?: DType): string {
    return this.constant(Float64Array.of(value), [], dtype);
  }

  /** A list of floats. */
  floats(values: readonly number[]): string {
    return this.constant(Float32Array.from(values), [values.length]);
  }

  /** A list of int64. */
  int64s(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#initializer(`i${values.join()}`, [values.length], dataTypes.int64, new Uint8Array(data.buffer));
  }

  dims(shape: Shape): string {
    if (isStatic(shape)) return this.int64s(shape);
    const key = `dims${formatShape(shape)}`;
    const known = this.#find(key);
    if (known !== undefined) return known;
    const parts = shape.map((dim) => (typeof dim === "number" ? this.int64s([dim]) : this.#namedDim(dim)));
    const name = parts.length === 1 ? (parts[0] ?? "") : this.#sizes("Concat", parts, { axis: 0 });
    this.#shared.set(key, name);
    return name;
  }

  /** A shared value of this graph or of one around it. */
  #find(key: string): string | undefined {
    return this.#shared.get(key) ?? (this.#parent ? this.#parent.#find(key) : undefined);
  }

  #namedDim(dim: string): string {
    const { factor, symbol = "" } = termOf(dim);
    const source = this.#model.symbols.get(symbol);
    if (!source) throw new Error(`lower: no input of the program tells the size of "${symbol}"; add one that has it as an axis`);
    const { axis } = source;
    const size = this.emit("Shape", [source.value], { start: axis, end: axis + 1 });
    const ratio = factor / source.factor;
    if (ratio === 1) return size;
    if (Number.isInteger(ratio)) return this.#sizes("Mul", [size, this.int64s([ratio])]);
    return this.#sizes("Div", [this.#sizes("Mul", [size, this.int64s([factor])]), this.int64s([source.factor])]);
  }

  reshape(x: string | undefined, shape: Shape): string {
    const dims = shape.map((dim) => (typeof dim === "number" ? dim : -1));
    // ONNX infers one −1, but not beside a 0.
    const ambiguous = dims.filter((dim) => dim === -1).length > 1 || (dims.includes(-1) && dims.includes(0));
    const target = ambiguous ? this.dims(shape) : this.int64s(dims);
    return this.emit("Reshape", [x ?? "", target], dims.includes(0) ? { allowzero: 1 } : {});
  }

  body(
    body: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] },
    own: number,
    captured: readonly string[],
    { loop = false }: { readonly loop?: boolean } = {},
  ): GraphProto {
    const inner = new Lowering(this.#model, this);
    inner.#current = this.#current;
    const inputs = body.inputs.map((tensor, i) => {
      const name = i < own ? this.#fresh("step") : (captured[i - own] ?? "");
      inner.bind(tensor, name);
      return inner.declare(name, tensor);
    });
    const results = inner.lowerAll(body.outputs);
    inner.#current = this.#current;
    // An output must come from a node of the body, and from one of its own: ONNX Runtime's Scan returns wrong numbers
    // where an output is an input of the body, or one value feeds two outputs.
    const taken = new Set<string>();
    const outputs = body.outputs.map((tensor, i) => {
      const result = results[i] ?? "";
      const name = inner.#made.has(result) && !taken.has(result) ? result : inner.emit("Identity", [result]);
      taken.add(name);
      return inner.declare(name, tensor);
    });
    const leading: ValueInfoProto[] = loop
      ? [
          { name: this.#fresh("iteration"), elemType: dataTypes.int64, shape: [] },
          { name: this.#fresh("go"), elemType: dataTypes.bool, shape: [] },
        ]
      : [];
    return inner.graph("body", [...leading, ...inputs.slice(0, own)], outputs);
  }

  /** The finished graph. */
  graph(name: string, input: readonly ValueInfoProto[], output: readonly ValueInfoProto[]): GraphProto {
    return { name, node: this.#nodes, initializer: this.#initializers, input, output };
  }

  /** Copies a value to an output of the given name. */
  rename(value: string, name: string): void {
    this.#nodes.push({ name: `output ${name}`, opType: "Identity", input: [value], output: [name], attribute: [] });
  }

  /** Gives a tensor a name from outside. */
  bind(tensor: Tensor, name: string): void {
    this.#values.set(tensor, name);
  }

  /** The declaration of a graph input or output. */
  declare(name: string, { shape, dtype }: Tensor): ValueInfoProto {
    // ONNX knows no products of names; "2*batch" is just another name to it.
    return { name, elemType: dataTypes[this.#held(dtype)], shape };
  }

  name(tensor: Tensor): string {
    const name = this.#values.get(tensor);
    if (name === undefined) throw new Error(`internal: ${tensor.node.op.name} was used before it was lowered`);
    return name;
  }

  /** Lowers all that `outputs` need; returns their names. */
  lowerAll(outputs: readonly Tensor[]): string[] {
    const nodes = reachable(outputs, new Set(this.#values.keys()));
    for (const node of nodes) {
      if (node.op === (inputOp as unknown)) continue;
      this.#current = node;
      const names = node.op.lower(
        this,
        node,
        node.inputs.map((x) => this.#values.get(x) ?? ""),
      );
      node.outputs.forEach((tensor, i) => {
        this.#model.types.add(tensor.dtype);
        this.#values.set(tensor, names[i] ?? "");
      });
    }
    this.#current = undefined;
    return outputs.map((tensor) => this.name(tensor));
  }
}
