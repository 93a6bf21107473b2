/** @file Tensors of ONNX Runtime that lie in a device's memory. */
import { isHostTensor } from "@fluxion/graph";
import type { DeviceTensor, DType, Feed, HostTensor } from "@fluxion/graph";
import type { Tensor } from "onnxruntime-common";
import { fromOrt, toOrt } from "./tensors.ts";

/** Where tensors lie: on which device, and how they are copied from it. */
export interface Place {
  /** Such as `webgpu`. A session on another device would take its tensors for its own and return nonsense. */
  readonly device: string;
  /** Copies the values of a tensor from the device. Default: by ONNX Runtime. */
  readonly download?: ((tensor: Tensor) => Promise<HostTensor["data"]>) | undefined;
}

/** What each device's tensor stands for, until it is disposed of. */
const tensors = new WeakMap<DeviceTensor, { readonly tensor: Tensor; readonly place: Place }>();

/**
 * A tensor that ONNX Runtime left where it computed. Once read it lies in this program's memory, and is copied to the
 * device when next fed.
 */
export function onDevice(dtype: DType, tensor: Tensor, place: Place): DeviceTensor {
  const copy = place.download ?? ((it: Tensor) => it.getData(true) as Promise<HostTensor["data"]>);
  let reading: Promise<HostTensor> | undefined;
  let host: HostTensor | undefined;
  const download = async (): Promise<HostTensor> => {
    host = { ...fromOrt(dtype, { dims: tensor.dims, data: (await copy(tensor)) as Tensor["data"] }), dtype };
    return host;
  };
  const kept: DeviceTensor = {
    dtype,
    shape: tensor.dims,
    get host() {
      return host;
    },
    read: () => {
      if (!tensors.has(kept)) return Promise.reject(new Error("this tensor was disposed of; read what you need before"));
      return (reading ??= download());
    },
    dispose: () => {
      if (!tensors.delete(kept)) return;
      host = undefined;
      tensor.dispose();
    },
  };
  tensors.set(kept, { tensor, place });
  return kept;
}

/**
 * A feed as a tensor of ONNX Runtime.
 *
 * @param what - names the input
 * @throws TypeError if it is of another runtime or was disposed of
 */
export function feedOf(what: string, dtype: DType, feed: Feed, device: string): Tensor {
  if (isHostTensor(feed)) return toOrt(dtype, feed);
  const kept = tensors.get(feed);
  if (kept?.place.device === device) return kept.tensor;
  if (feed.host) return toOrt(dtype, feed.host);
  throw new TypeError(`${what}: expected values or a tensor of this runtime, got one that was disposed of or lies on another device; read() it there`);
}

/** Whether ONNX Runtime left a tensor on its device. */
export const isOnDevice = ({ location }: Tensor): boolean => location === "gpu-buffer";
