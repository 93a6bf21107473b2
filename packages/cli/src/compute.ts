/** @file Where a command computes. */
import { nodeRuntime } from "@fluxion/node";
import type { DeviceChoice, NodeRuntime } from "@fluxion/node";

/** What the command line says of it. */
export interface ComputeFlags {
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
}

/**
 * The runtime that was asked for. What `auto` chose, and what is worth knowing of a device, goes to the standard error stream.
 *
 * @throws Error if the device is absent, saying how to get it
 */
export async function openRuntime({ device, threads }: ComputeFlags): Promise<NodeRuntime> {
  const runtime = await nodeRuntime({ device, threads });
  const { kind, notes } = runtime.device;
  if (device === "auto" || notes.length > 0) process.stderr.write(`device  ${kind}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}\n`);
  return runtime;
}
