import type { DType, HostTensor } from "./host.ts";
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
  /** Why it is no faster one, in sentences: what is missing, and how to get it. */
  readonly notes?: readonly string[] | undefined;
}

/**
 * A tensor that stays where its runtime computes, such as in a GPU's memory. Feed it to executables of that runtime; whoever
 * asked for it disposes of it.
 */
export interface DeviceTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its values, where they lie in the memory of this program anyway: on a CPU. */
  readonly host?: HostTensor | undefined;
  /**
   * Its values, copied from the device if need be.
   *
   * @throws Error if it was disposed of, or its device is lost
   */
  read(): Promise<HostTensor>;
  /** Frees it; feeding or reading it afterwards is an error. */
  dispose(): void;
}

/** What a run may be fed. */
export type Feed = HostTensor | DeviceTensor;

/** Whether a feed's values lie in this program's memory. */
export const isHostTensor = (feed: Feed): feed is HostTensor => "data" in feed;

/** What a run returns: the outputs named `Resident` stay on the device. */
export type Results<Output extends string = string, Resident extends string = never> = {
  [K in Output]: K extends Resident ? DeviceTensor : HostTensor;
};

/** Hints for compilation. */
export interface CompileOptions<Resident extends string = never> {
  /** Threads to use. Default: by the size of the work. */
  readonly threads?: number | undefined;
  /** Typical sizes of named dimensions, such as `{ batch: 10000 }`: they guide the thread count, nothing else. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** The ops to lower to. Default `onnxruntime`; `portable` runs what other ONNX runtimes would. */
  readonly target?: Target | undefined;
  /** Outputs that stay on the device, as tensors to feed again or to read. Default none. */
  readonly resident?: readonly Resident[] | undefined;
}

/** Options of a run. */
export interface RunOptions {
  /** Gives the run up: it rejects with the signal's reason, and what it still computes is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** A compiled program, with the names of its outputs. */
export interface Executable<Output extends string = string, Resident extends string = never> {
  /** Threads it runs on; equal counts give equal bits. */
  readonly threads?: number;
  /**
   * Runs it once.
   *
   * @throws RangeError or TypeError if feeds are missing, unknown, ill-shaped or of another runtime
   */
  run(feeds: Readonly<Record<string, Feed>>, options?: RunOptions): Promise<Results<Output, Resident>>;
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
  /**
   * Compiles a program.
   *
   * @throws RangeError if `resident` names no output
   */
  compile<Output extends string, Resident extends Output = never>(
    program: Program<Output>,
    options?: CompileOptions<Resident>,
  ): Promise<Executable<Output, Resident>>;
  /** The threads that `compile` would take, where they depend on the work: who compiles for several sizes asks first. */
  threadsFor?(program: Program, options?: Pick<CompileOptions, "threads" | "sizes">): number;
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
