import { lower, lowerForWebgpu } from "@fluxion/graph";
import type { CompileOptions, DType, ModelSignature, Program } from "@fluxion/graph";

/** A program lowered for a kind of device: plain data, which a worker can be sent. */
export interface Lowered<Resident extends string = string> {
  readonly model: Uint8Array;
  /** In the types that the device holds. */
  readonly signature: ModelSignature;
  /** The types of the outputs as the program declares them. */
  readonly declared: Readonly<Record<string, { readonly dtype: DType }>>;
  /** How far ONNX Runtime may rewrite it. */
  readonly optimization: "basic" | "all";
  /** Whether nothing may fall to the CPU. Loops and sizes of named dimensions are the host's; all else has its kernel. */
  readonly strict: boolean;
  /** Whether it needs a device with half precision, which not every GPU has. */
  readonly float16: boolean;
  /** Outputs that stay on the device. */
  readonly resident: readonly Resident[];
}

/**
 * Lowers a program for a kind of device, such as `cpu` or `webgpu`.
 *
 * @param channelBlock - how many channels the device's blocked layout of images keeps together, where it has one
 * @throws TypeError naming the op that cannot run there
 */
export function lowerFor<Resident extends string>(
  program: Program,
  kind: string,
  { target = kind === "webgpu" ? "webgpu" : "onnxruntime", resident = [] }: CompileOptions<Resident>,
  channelBlock?: number,
): Lowered<Resident> {
  const common = {
    declared: valuesOf(program.outputs),
    // Its fusion of scales into products rounds them to float32.
    optimization: hasDoubles(program) ? ("basic" as const) : ("all" as const),
    resident,
  };
  if (target === "webgpu") {
    const { model, signature, onHost, float16 } = lowerForWebgpu(program);
    return { ...common, model, signature, float16, strict: onHost.length === 0 };
  }
  const signature = { name: program.name, inputs: valuesOf(program.inputs), outputs: valuesOf(program.outputs) };
  // On a GPU of another kind all is to run there, but sizes of named dimensions.
  return { ...common, model: lower(program, { target, channelBlock }), signature, float16: false, strict: !hasNames(program) };
}

const valuesOf = (tensors: Program["inputs"]): Record<string, { dtype: DType; shape: Program["inputs"][string]["shape"] }> =>
  Object.fromEntries(Object.entries(tensors).map(([key, { dtype, shape }]) => [key, { dtype, shape }]));

const hasNames = ({ inputs }: Program): boolean => Object.values(inputs).some(({ shape }) => shape.some((dim) => typeof dim === "string"));

const hasDoubles = ({ inputs, outputs }: Program): boolean =>
  [...Object.values(inputs), ...Object.values(outputs)].some(({ dtype }) => dtype === "float64");
