import type { NodeDeviceKind } from "./device.ts";

const lost = /device (?:is |was )?lost|DEVICE_LOST/i;
const noMemory = /out of memory|OUT_OF_(?:DEVICE|HOST)_MEMORY|bad[ _]alloc|failed to allocate memory|exceeds the max(?:imum)? buffer size/i;

/** A failure of ONNX Runtime in words that say what to do; others as they are. */
export function explainFailure(error: unknown, name: string, device: NodeDeviceKind): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  if (lost.test(message)) {
    return new Error(
      `${name}: the ${device} device was lost, as when a driver restarts: start the program again; a run goes on from its last checkpoint with --resume (${message})`,
      { cause: error },
    );
  }
  if (noMemory.test(message)) {
    return new Error(
      `${name}: expected enough memory on ${device}, got too little; use a smaller batch (--batch, --accumulate) or model, or another device (${message})`,
      { cause: error },
    );
  }
  return error;
}
