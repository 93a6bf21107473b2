/** @file A runtime on sessions of ONNX Runtime, wherever they are. */
import { modelSignature } from "@fluxion/graph";
import type { CompileOptions, Device, Executable, Program, Runtime } from "@fluxion/graph";
import type { InferenceSession } from "onnxruntime-common";
import { executable } from "./executable.ts";
import type { ExecutableOptions } from "./executable.ts";
import { lowerFor } from "./lowered.ts";
import type { Lowered } from "./lowered.ts";
import type { Place } from "./on-device.ts";

/** What a session is opened with. */
export interface OpenOptions {
  readonly threads: number;
  /** How far ONNX Runtime may rewrite the model. */
  readonly optimization: "basic" | "all";
  /** Outputs that stay on the device. */
  readonly resident: readonly string[];
  /** Whether nothing may fall to the CPU. Loops and sizes of named dimensions are the host's; all else has its kernel. */
  readonly strict: boolean;
}

/** Where sessions come from. */
export interface Sessions {
  readonly device: Device;
  /** Opens a session on the bytes of an ONNX file. */
  readonly open: (model: Uint8Array, options: OpenOptions) => Promise<InferenceSession>;
  /** The threads to compile a program for. */
  readonly threadsFor: (program: Program, options: Pick<CompileOptions, "threads" | "sizes">) => number;
  /** Copies a tensor that stayed on the device. Default: by ONNX Runtime. */
  readonly download?: Place["download"];
  /** How many channels the device's blocked layout of images keeps together. Default: it has none. */
  readonly channelBlock?: () => Promise<number | undefined>;
  /** Whether the device computes in half precision. Default: it does. */
  readonly hasFloat16?: () => Promise<boolean>;
  /** Says what went wrong in words of ours. Default: the error as it is. */
  readonly explain?: ExecutableOptions["explain"];
}

/** The runtime of these sessions. */
export function sessionRuntime(sessions: Sessions): Runtime {
  const { device, open, threadsFor, channelBlock } = sessions;
  return {
    device,
    compile: async (program, options = {}) => {
      const lowered = lowerFor(program, device.kind, options, await channelBlock?.());
      return openLowered(sessions, lowered, threadsFor(program, options));
    },
    threadsFor: (program, options = {}) => threadsFor(program, options),
    load: async (model, { name = "model", threads = device.threads } = {}) => {
      const signature = modelSignature(model, name);
      const session = await open(model, { threads, optimization: "all", resident: [], strict: gpus.has(device.kind) }).catch((error: unknown) => {
        throw new Error(`${name}: ONNX Runtime does not take this model: ${(error as Error).message}`, { cause: error });
      });
      return { ...signature, ...executable(signature, session, { threads, ...rest(sessions) }) };
    },
  };
}

/**
 * Opens a session on a lowered program.
 *
 * @throws Error if it computes in half precision and the device does not
 */
export async function openLowered<Output extends string, Resident extends Output>(
  sessions: Sessions,
  { model, signature, declared, optimization, strict, float16, resident }: Lowered<Resident>,
  threads: number,
): Promise<Executable<Output, Resident>> {
  if (float16 && (await sessions.hasFloat16?.()) === false) throw withoutFloat16(signature.name, sessions.device.kind);
  const { explain, place } = rest(sessions);
  const session = await sessions.open(model, { threads, optimization, resident, strict }).catch((error: unknown) => {
    throw explain(error, signature.name);
  });
  return executable(signature, session, { threads, resident, declared, place, explain });
}

const withoutFloat16 = (name: string, device: string): Error =>
  new Error(
    `${name}: float16: expected a device that computes in half precision, got ${device} without it (the feature "shader-f16"); use float32 (--precision float32), or the CPU`,
  );

const rest = ({ device, download, explain = (error) => error }: Sessions): { readonly place: Place; readonly explain: NonNullable<Sessions["explain"]> } => ({
  place: { device: device.kind, download },
  explain,
});

/** Devices that have no CPU to fall back to unasked. */
const gpus = new Set(["webgpu", "cuda"]);
