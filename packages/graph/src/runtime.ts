import type { HostTensor } from "./host.ts";
import type { ModelSignature } from "./onnx/signature.ts";
import type { Program } from "./program.ts";
import type { Target } from "./emitter.ts";

/** What a runtime computes on. */
export interface Device {
  /** Such as `cpu`, `webgpu` or `reference`. */
  readonly kind: string;
  readonly name: string;
  /** Threads for large work; small work uses one. */
  readonly threads: number;
}

/** Hints for compilation. */
export interface CompileOptions {
  /** Threads to use. Default: by the size of the work. */
  readonly threads?: number | undefined;
  /** Typical sizes of named dimensions, such as `{ batch: 10000 }`: they guide the thread count, nothing else. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** The ops to lower to. Default `onnxruntime`; `portable` runs what other ONNX runtimes would. */
  readonly target?: Target | undefined;
}

/** A compiled program, with the names of its outputs. */
export interface Executable<Output extends string = string> {
  /** Threads it runs on; equal counts give equal bits. */
  readonly threads?: number;
  /**
   * Runs it once.
   *
   * @throws RangeError or TypeError if feeds are missing, unknown or ill-shaped
   */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<Output, HostTensor>>;
  /** Frees it; a further run is an error. */
  dispose(): Promise<void>;
}

/** Options of `load`. */
export interface LoadOptions {
  /** What error messages call the model. Default `model`. */
  readonly name?: string | undefined;
  /** Threads to use. Default: all that the runtime has. */
  readonly threads?: number | undefined;
}

/** An ONNX model of anyone's making, ready to run. Its inputs and outputs of float16 are fed and returned as float32. */
export interface LoadedModel extends Executable, ModelSignature {}

/** Where programs run. Sessions, threads and buffers are its business alone. */
export interface Runtime {
  readonly device: Device;
  compile<Output extends string>(program: Program<Output>, options?: CompileOptions): Promise<Executable<Output>>;
  /**
   * Loads an ONNX model of anyone's making.
   *
   * @param model - the bytes of its file
   * @throws RangeError if it is truncated or no ONNX model, keeps its weights in another file, or has inputs or outputs of
   * unsupported types
   * @throws Error if the runtime lacks one of its ops
   */
  load(model: Uint8Array, options?: LoadOptions): Promise<LoadedModel>;
}
