/** @file Resident tensors of runtimes that compute in the program's own memory. */
import type { HostTensor } from "./host.ts";
import type { DeviceTensor, Feed, Results } from "./runtime.ts";
import { isHostTensor } from "./runtime.ts";

/**
 * Refuses resident outputs that a program does not have.
 *
 * @throws RangeError naming the outputs there are
 */
export function checkResident(name: string, outputs: readonly string[], resident: readonly string[]): void {
  const unknown = resident.find((key) => !outputs.includes(key));
  if (unknown === undefined) return;
  throw new RangeError(`${name}: resident: expected names of outputs, which are ${outputs.join(", ")}, got "${unknown}"`);
}

/** Results of which some are kept, without a copy. */
export function keepResident<Output extends string, Resident extends string>(
  results: Readonly<Record<string, HostTensor>>,
  resident: readonly string[],
): Results<Output, Resident> {
  const kept = Object.entries(results).map(([key, tensor]) => [key, resident.includes(key) ? keep(tensor) : tensor]);
  return Object.fromEntries(kept) as Results<Output, Resident>;
}

function keep(tensor: HostTensor): DeviceTensor {
  const { dtype, shape } = tensor;
  let host: HostTensor | undefined = tensor;
  const values = (): HostTensor => {
    if (!host) throw new Error("this tensor was disposed of; read what you need before");
    return host;
  };
  return {
    dtype,
    shape,
    get host() {
      return host;
    },
    read: () => new Promise((resolve) => resolve(values())),
    dispose: () => {
      host = undefined;
    },
  };
}

/**
 * The values of feeds or results, each of which lies in this program's memory.
 *
 * @throws TypeError if one is of another runtime or was disposed of
 */
export function onHost(name: string, feeds: Readonly<Record<string, Feed>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([key, feed]) => {
      const host = isHostTensor(feed) ? feed : feed.host;
      if (host) return [key, host];
      throw new TypeError(
        `${name}: "${key}": expected values or a tensor of this runtime, got one that was disposed of or lies on another device; read() it there`,
      );
    }),
  );
}
