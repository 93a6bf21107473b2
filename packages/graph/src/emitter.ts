import type { GraphProto } from "./onnx/schema.ts";
import type { DType } from "./host.ts";
import type { Shape } from "./shape.ts";

/**
 * `onnxruntime` may use its contrib ops; `portable` is standard ONNX only; `webgpu` is what ONNX Runtime's WebGPU provider
 * has kernels for, in standard ONNX.
 */
export type Target = "onnxruntime" | "portable" | "webgpu";

/** Attribute values; a lone number is an integer, floats are marked. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: GraphProto };

/** The attributes of an ONNX node. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What op definitions emit ONNX nodes with. Values are known by name. */
export interface Emitter<Tensor> {
  readonly target: Target;
  /** Channels that the runtime's blocked layout keeps together; undefined where it has none. */
  readonly channelBlock: number | undefined;
  /** Emits a node with one output; returns its name. */
  emit(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Emits a node with several outputs; returns their names. */
  emitMany(opType: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** Emits one of ONNX Runtime's own ops, which only the `onnxruntime` target has. */
  emitContrib(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Emits one of ONNX Runtime's ops on images whose channels lie in blocks. */
  emitBlocked(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** A constant, by default float32. It stands in the body that uses it, where it is packed once. */
  constant(data: Float32Array | Float64Array, shape: readonly number[], dtype?: DType): string;
  /** A scalar constant, by default float32. */
  scalar(value: number, dtype?: DType): string;
  floats(values: readonly number[]): string;
  int64s(values: readonly number[]): string;
  /** A shape as an int64 list; named dimensions are read from the program's inputs at run time. */
  dims(shape: Shape): string;
  /** Reshapes a value; the one named dimension is inferred. */
  reshape(x: string | undefined, shape: Shape): string;
  /** The value of a tensor that is already lowered. */
  name(tensor: Tensor): string;
  /**
   * A body as a graph: its first `own` inputs are fed by the control flow, the others are values from outside. That of an
   * ONNX `Loop` is also fed the step and whether it goes on.
   */
  body(
    body: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] },
    own: number,
    captured: readonly string[],
    options?: { readonly loop?: boolean },
  ): GraphProto;
}
