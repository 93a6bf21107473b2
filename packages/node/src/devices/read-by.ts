import { input, lower, trace } from "@fluxion/graph";
import type { DType, HostTensor } from "@fluxion/graph";
import type { Place } from "@fluxion/ort";
import type { InferenceSession, Tensor } from "onnxruntime-node";

/**
 * Reads tensors on a device by programs that only return them: ONNX Runtime's own copy ends the process on Node (1.30).
 * There is one session for each type and rank.
 */
export function readBy(open: (model: Uint8Array) => Promise<InferenceSession>): NonNullable<Place["download"]> {
  const sessions = new Map<string, Promise<InferenceSession>>();
  return async (tensor: Tensor) => {
    const [dtype, rank] = [tensor.type as DType, tensor.dims.length];
    const key = `${dtype} ${String(rank)}`;
    const session = sessions.get(key) ?? open(copying(dtype, rank));
    sessions.set(key, session);
    const { y } = await (await session).run({ x: tensor });
    return y?.data as HostTensor["data"];
  };
}

function copying(dtype: DType, rank: number): Uint8Array {
  const shape = Array.from({ length: rank }, (_, axis) => `d${String(axis)}`);
  return lower(trace("read", { x: input(shape, dtype) }, ({ x }) => ({ y: x })), { target: "portable" });
}
