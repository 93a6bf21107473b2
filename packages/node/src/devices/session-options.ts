import type { InferenceSession } from "onnxruntime-node";
import type { NodeDeviceKind } from "./device.ts";

/** How a session uses its device. */
export interface DeviceUse {
  /** Refuse programs of which a part would fall to the CPU. */
  readonly strict: boolean;
  /** Outputs that stay on the device. Default none. */
  readonly resident?: readonly string[] | undefined;
  /** Say nothing on the standard error stream, where a failure is expected. Default false. */
  readonly quiet?: boolean | undefined;
}

/** The options of ONNX Runtime that sessions on a device take beside those of every session. */
export function sessionOptions(kind: NodeDeviceKind, { strict, resident = [], quiet = false }: DeviceUse): InferenceSession.SessionOptions {
  if (kind === "cpu") return {};
  return {
    executionProviders: [kind],
    extra: { session: { disable_cpu_ep_fallback: strict ? "1" : "0" } },
    ...(kind === "webgpu" && { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])) }),
    ...(quiet && { logSeverityLevel: 4 }),
  };
}
