import type { Device } from "@fluxion/graph";

/** What Node.js can compute on. */
export const nodeDevices = ["cpu", "webgpu", "cuda"] as const;

/** What Node.js can compute on. */
export type NodeDeviceKind = (typeof nodeDevices)[number];

/** What may be asked for: a device, or the best one there is. */
export const deviceChoices = [...nodeDevices, "auto"] as const;

/** What may be asked for: a device, or the best one there is. */
export type DeviceChoice = (typeof deviceChoices)[number];

/** The device of a runtime on Node.js. */
export interface NodeDevice extends Device {
  readonly kind: NodeDeviceKind;
  /** What is worth knowing of the choice: why no faster one, and what is untested. */
  readonly notes: readonly string[];
}

/** Names of devices, as run records keep them; that of the CPU is as old as they are. */
export const deviceNames: Readonly<Record<NodeDeviceKind, string>> = {
  cpu: "onnxruntime-node",
  webgpu: "onnxruntime-node, WebGPU",
  cuda: "onnxruntime-node, CUDA",
};
