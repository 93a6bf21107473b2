/** @file Which device there is: the one that is asked for, found out by a tiny session on it. */
import { existsSync, readdirSync } from "node:fs";
import { add, input, lower, trace } from "@fluxion/graph";
import { openSession } from "../open-session.ts";
import { deviceChoices } from "./device.ts";
import type { DeviceChoice, NodeDeviceKind } from "./device.ts";
import { sessionOptions } from "./session-options.ts";

type Gpu = Exclude<NodeDeviceKind, "cpu">;

const howToGet: Readonly<Record<Gpu, string>> = {
  webgpu:
    "it needs a GPU with a driver, on Linux also the Vulkan loader (Debian's libvulkan1, and mesa-vulkan-drivers or the driver of the GPU's maker)",
  cuda:
    "it needs Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and ONNX Runtime's CUDA provider, which " +
    '"npm install onnxruntime-node --onnxruntime-node-install=cuda12" fetches (a .npmrc with onnxruntime-node-install=skip keeps it out)',
};

/** Said wherever CUDA is used. */
const untested = "CUDA is untested: nobody has run Fluxion on it yet; please say how it went";

/** A device, and what is worth knowing of the choice. */
export interface FoundDevice {
  readonly kind: NodeDeviceKind;
  readonly notes: readonly string[];
}

/**
 * The device to compute on.
 *
 * @param asked - `auto` is CUDA, else WebGPU where there is a GPU, else the CPU; the notes say why
 * @throws RangeError for an unknown device
 * @throws Error if the device that was asked for is absent, saying how to get it
 */
export async function findDevice(asked: DeviceChoice): Promise<FoundDevice> {
  if (!deviceChoices.includes(asked)) {
    throw new RangeError(`nodeRuntime: device: expected ${deviceChoices.join(", ")}, got "${asked as string}"`);
  }
  if (asked === "cpu") return { kind: "cpu", notes: [] };
  if (asked === "auto") return best();
  const why = await absence(asked);
  if (why === undefined) return found(asked);
  throw new Error(`device: expected ${asked}, got none (${why}); ${howToGet[asked]}, or ask for cpu`);
}

const found = (kind: Gpu): FoundDevice => ({ kind, notes: kind === "cuda" ? [untested] : [] });

async function best(): Promise<FoundDevice> {
  if (!hasGpu()) return { kind: "cpu", notes: ["there is no GPU here"] };
  const reasons: string[] = [];
  for (const kind of ["cuda", "webgpu"] as const) {
    const why = await absence(kind);
    if (why === undefined) return { ...found(kind), notes: [...reasons, ...found(kind).notes] };
    reasons.push(`${kind}: ${why}`);
  }
  return { kind: "cpu", notes: reasons };
}

/** Whether a GPU shows. Drivers that only emulate one, which are slower than the CPU, show none on Linux. */
function hasGpu(): boolean {
  if (process.platform !== "linux") return true;
  const nodes = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
  return existsSync("/dev/nvidia0") || existsSync("/dev/dxg") || nodes("/dev/dri").some((name) => name.startsWith("renderD"));
}

/** Why a device is absent; undefined where a session computes on it. */
async function absence(kind: Gpu): Promise<string | undefined> {
  const probe = lower(trace("probe", { x: input([2]) }, ({ x }) => ({ y: add(x, 1) })), { target: "portable" });
  try {
    const session = await openSession(probe, 1, sessionOptions(kind, { strict: true, quiet: true }));
    await session.release();
    return undefined;
  } catch (error) {
    return reasonOf((error as Error).message);
  }
}

/** The sentence of an error of ONNX Runtime, without its place in their code. */
function reasonOf(message: string): string {
  const line = message.split("\n").find((part) => part.trim() !== "") ?? message;
  return (/ was false\. (.*)$/.exec(line)?.[1] ?? line).trim().replace(/\.$/, "");
}
