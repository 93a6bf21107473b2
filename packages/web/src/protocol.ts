/** @file What a page and the worker that computes for it say to each other. */
import type { Device, DType, HostTensor, ModelSignature } from "@fluxion/graph";
import type { Lowered } from "@fluxion/ort";
import type { SentError } from "./errors.ts";
import type { WebRuntimeOptions } from "./runtime.ts";

/** A tensor on its way: its values, or the number of one that stays in the worker. */
export type SentTensor = HostTensor | { readonly dtype: DType; readonly shape: readonly number[]; readonly held: number };

/** What a page asks for. */
export type Ask =
  | { readonly do: "start"; readonly options: WebRuntimeOptions; readonly lock: string }
  | { readonly do: "compile"; readonly lowered: Lowered }
  | { readonly do: "load"; readonly model: Uint8Array; readonly name: string }
  | { readonly do: "run"; readonly executable: number; readonly feeds: Readonly<Record<string, SentTensor>> }
  | { readonly do: "read" | "drop"; readonly held: number }
  | { readonly do: "dispose"; readonly executable: number };

/** What comes back, by what was asked for. */
export interface Answers {
  readonly start: Device;
  readonly compile: { readonly executable: number; readonly threads: number };
  readonly load: { readonly executable: number; readonly threads: number; readonly signature: ModelSignature };
  readonly run: Readonly<Record<string, SentTensor>>;
  readonly read: HostTensor;
  readonly drop: undefined;
  readonly dispose: undefined;
}

/** A numbered question, and its answer. */
export type Question = { readonly id: number } & Ask;
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: SentError });

/** The buffers of tensors that can be moved instead of copied: whole ones, and each once. */
export function buffersOf(tensors: Readonly<Record<string, SentTensor>>): ArrayBuffer[] {
  const buffers = Object.values(tensors).flatMap((tensor) => {
    if (!("data" in tensor)) return [];
    const { buffer, byteLength } = tensor.data;
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
  });
  return [...new Set(buffers)];
}
