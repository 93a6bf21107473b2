import { formatShape } from "../shape.ts";
import type { Shape } from "../shape.ts";
import { decodeModel, rawSize } from "./decode.ts";
import type { DecodedModel, DecodedTensor, DecodedValue } from "./decode.ts";

/** An input or output of an ONNX model. */
export interface ValueDescription {
  /** Such as `float32`, `float16` or `bfloat16`; `sequence`, `map` and `optional` are no tensors. */
  readonly dtype: string;
  /** Sizes and names; `"?"` is an axis of any size. Undefined if the model does not say, which means any shape. */
  readonly shape: Shape | undefined;
}

/** What an ONNX file says of itself. */
export interface ModelDescription {
  readonly name: string;
  readonly irVersion: number;
  /** Versions by domain; the standard one is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Such as `pytorch 2.9.0`; empty if it does not say. */
  readonly producer: string;
  /** What a run is fed. */
  readonly inputs: Readonly<Record<string, ValueDescription>>;
  readonly outputs: Readonly<Record<string, ValueDescription>>;
  /** How often each op stands in it, loop bodies and functions included; `com.microsoft.QuickGelu` for other domains. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Bytes of the weights in the file: initializers and constants. */
  readonly weightBytes: number;
  /** Text by name that its maker left. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Describes an ONNX model, of Fluxion's or anyone's making, without running it.
 *
 * @param bytes - the file
 * @param name - what error messages call it
 * @throws TypeError if `bytes` is no `Uint8Array`
 * @throws RangeError if the file is truncated or no ONNX model, or keeps its weights in another file
 */
export function describeModel(bytes: Uint8Array, name = "model"): ModelDescription {
  if (!((bytes as unknown) instanceof Uint8Array)) {
    throw new TypeError(`${name}: expected the bytes of an ONNX file as a Uint8Array, got ${typeof bytes}; read the file first`);
  }
  const model = decode(bytes, name);
  for (const tensor of model.tensors) checkTensor(tensor, name);
  return {
    name,
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsets),
    producer: [model.producer, model.producerVersion].filter((part) => part !== "").join(" "),
    inputs: byName(model.inputs.filter((value) => !model.initializers.has(value.name)), name, "input"),
    outputs: byName(model.outputs, name, "output"),
    nodes: Object.fromEntries([...model.nodes].sort(([a], [b]) => (a < b ? -1 : 1))),
    weightBytes: model.tensors.reduce((total, { stored }) => total + stored, 0),
    metadata: Object.fromEntries(model.metadata),
  };
}

function decode(bytes: Uint8Array, name: string): DecodedModel & { readonly irVersion: number } {
  const size = `${String(bytes.length)} bytes`;
  let model: DecodedModel;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(name, `${size} in which ${reason}`, error);
  }
  const { irVersion, opsets, domains, outputs } = model;
  if (irVersion === undefined || irVersion < 1) throw refusal(name, `${size} without a format version`);
  if (!model.hasGraph) throw refusal(name, `${size} without a graph`);
  if (outputs.length === 0) throw refusal(name, `${size} with a graph without outputs`);
  if (opsets.size === 0) throw refusal(name, `${size} without an opset`);
  for (const domain of domains) {
    if (!opsets.has(domain)) throw refusal(name, `${size} with ops of the domain ${domain} and no opset for them`);
  }
  return { ...model, irVersion };
}

function refusal(name: string, what: string, cause?: unknown): RangeError {
  return new RangeError(`${name}: expected an ONNX model, got ${what}; the file is truncated or something else`, { cause });
}

function checkTensor({ name: tensor, dims, dtype, raw, location }: DecodedTensor, name: string): void {
  if (location !== undefined) {
    throw new RangeError(
      `${name}: expected a model in one file, got weights that lie in "${location}"; ` +
        `join them, in Python with onnx.save(onnx.load("model.onnx"), "joined.onnx")`,
    );
  }
  const size = rawSize(dtype, dims);
  if (raw !== undefined && size !== undefined && raw !== size) {
    const type = `${dtype}${formatShape(dims)}`;
    throw new RangeError(`${name}: expected ${String(size)} bytes for the tensor "${tensor}" of type ${type}, got ${String(raw)}; the file is damaged`);
  }
}

function byName(values: readonly DecodedValue[], name: string, role: string): Record<string, ValueDescription> {
  const entries = new Map(values.map(({ name: key, dtype, shape }) => [key, { dtype, shape }]));
  if (entries.size !== values.length) throw new RangeError(`${name}: expected ${role}s of different names, got ${values.map((v) => v.name).join(", ")}`);
  return Object.fromEntries(entries);
}
