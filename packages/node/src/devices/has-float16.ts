import { add, cast, input, lower, trace } from "@fluxion/graph";
import { Tensor } from "onnxruntime-node";
import { openSession } from "../open-session.ts";
import type { NodeDeviceKind } from "./device.ts";
import { sessionOptions } from "./session-options.ts";

/** Whether a device computes in half precision. ONNX Runtime says so when a program runs, not when it is loaded. */
export async function hasFloat16(kind: NodeDeviceKind): Promise<boolean> {
  const program = trace("probe", { x: input([1]) }, ({ x }) => ({ y: cast(add(cast(x, "float16"), 1), "float32") }));
  const session = await openSession(lower(program, { target: "portable" }), 1, sessionOptions(kind, { strict: true, quiet: true }));
  try {
    await session.run({ x: new Tensor("float32", Float32Array.of(1), [1]) });
    return true;
  } catch {
    return false;
  } finally {
    await session.release();
  }
}
