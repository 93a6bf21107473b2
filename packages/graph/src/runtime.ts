import type { HostTensor } from "./host.ts";
import type { Program } from "./program.ts";

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
}

/** A compiled program. */
export interface Executable {
  /** Threads it runs on; equal counts give equal bits. */
  readonly threads?: number;
  /**
   * Runs it once.
   *
   * @throws RangeError or TypeError if feeds are missing, unknown or ill-shaped
   */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  /** Frees it; a further run is an error. */
  dispose(): Promise<void>;
}

/** Where programs run. Sessions, threads and buffers are its business alone. */
export interface Runtime {
  readonly device: Device;
  compile(program: Program, options?: CompileOptions): Promise<Executable>;
}
