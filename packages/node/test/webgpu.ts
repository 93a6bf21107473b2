/** @file WebGPU for tests: a GPU, or SwiftShader, which emulates one and comes with Debian's Chromium. */
import { existsSync } from "node:fs";
import { nodeRuntime } from "@fluxion/node";
import type { NodeRuntime } from "@fluxion/node";

const emulated = "/usr/lib/chromium/vk_swiftshader_icd.json";
// It must stand before the driver is looked for.
if (!existsSync("/dev/dri") && existsSync(emulated)) process.env["VK_ICD_FILENAMES"] ??= emulated;

/** Why tests on WebGPU are left out. */
export let missing = "";

/** A runtime on WebGPU, if there is one; if not, the reason is printed. */
export const webgpu: NodeRuntime | undefined = await nodeRuntime({ device: "webgpu" }).catch((error: unknown) => {
  missing = String(error);
  process.stderr.write(`no tests on WebGPU: ${missing}\n`);
  return undefined;
});
