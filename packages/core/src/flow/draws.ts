/** @file What a flow draws for the examples of a call. */
import type { HostTensor } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import type { Key } from "../random/key.ts";
import { normal, rademacher } from "../random/index.ts";

/** Noise of examples `first`…: each depends on its own number, so chunks do not matter. */
export function noiseFor(key: Key, first: number, length: number, size: number, std: number): Float32Array {
  const out = new Float32Array(length * size);
  for (let i = 0; i < length; i++) normal(key.child("noise", first + i), out.subarray(i * size, (i + 1) * size));
  return std === 1 ? out : out.map((value) => value * std);
}

/** Rademacher probes `[probes, length, ...event]` of examples `first`…, by their own numbers too. */
export function probesFor(key: Key, first: number, length: number, probes: number, event: readonly number[]): HostTensor {
  const size = sizeOf(event);
  const out = new Float32Array(probes * length * size);
  for (let p = 0; p < probes; p++) {
    for (let i = 0; i < length; i++) {
      const at = (p * length + i) * size;
      rademacher(key.child("probe", p, first + i), out.subarray(at, at + size));
    }
  }
  return hostTensor(out, [probes, length, ...event]);
}
