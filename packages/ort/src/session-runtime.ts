/** @file A runtime on sessions of ONNX Runtime, wherever they are. */
import { lower, lowerForWebgpu, modelSignature } from "@fluxion/graph";
import type { CompileOptions, Device, ModelSignature, Program, Runtime, Target } from "@fluxion/graph";
import type { InferenceSession } from "onnxruntime-common";
import { executable } from "./executable.ts";
import type { ExecutableOptions } from "./executable.ts";

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
  /** How many channels the device's blocked layout of images keeps together. Default: it has none. */
  readonly channelBlock?: () => Promise<number | undefined>;
  /** Says what went wrong in words of ours. Default: the error as it is. */
  readonly explain?: ExecutableOptions["explain"];
}

/** The runtime of these sessions. */
export function sessionRuntime({ device, open, threadsFor, channelBlock, explain = (error) => error }: Sessions): Runtime {
  return {
    device,
    compile: async (program, options = {}) => {
      const { resident = [] } = options;
      const threads = threadsFor(program, options);
      // Its fusion of scales into products rounds them to float32.
      const optimization = hasDoubles(program) ? "basic" : "all";
      const { model, signature, strict } = lowered(program, options.target ?? (device.kind === "webgpu" ? "webgpu" : "onnxruntime"), await channelBlock?.());
      const session = await open(model, { threads, optimization, resident, strict }).catch((error: unknown) => {
        throw explain(error, program.name);
      });
      return executable(signature, session, { threads, resident, declared: program.outputs, explain });
    },
    load: async (model, { name = "model", threads = device.threads } = {}) => {
      const signature = modelSignature(model, name);
      const session = await open(model, { threads, optimization: "all", resident: [], strict: device.kind === "webgpu" }).catch((error: unknown) => {
        throw new Error(`${name}: ONNX Runtime does not take this model: ${(error as Error).message}`, { cause: error });
      });
      return { ...signature, ...executable(signature, session, { threads, explain }) };
    },
  };
}

interface Lowered {
  readonly model: Uint8Array;
  /** In the types that the device holds. */
  readonly signature: ModelSignature;
  readonly strict: boolean;
}

function lowered(program: Program, target: Target, channelBlock: number | undefined): Lowered {
  if (target !== "webgpu") return { model: lower(program, { target, channelBlock }), signature: program, strict: false };
  const { model, signature, onHost } = lowerForWebgpu(program);
  return { model, signature, strict: onHost.length === 0 };
}

const hasDoubles = ({ inputs, outputs }: Program): boolean =>
  [...Object.values(inputs), ...Object.values(outputs)].some(({ dtype }) => dtype === "float64");
