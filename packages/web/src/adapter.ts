/** @file Whether there is a WebGPU device. */

/** What is read of a `GPUAdapter`. */
interface Adapter {
  readonly features: { has(name: string): boolean };
  readonly info: { readonly vendor: string; readonly architecture: string; readonly isFallbackAdapter?: boolean };
}

/** A WebGPU device, or why there is none. */
export type FoundAdapter = { readonly name: string; readonly software: boolean; readonly float16: boolean } | { readonly why: string };

/** Asks the browser for its WebGPU adapter. */
export async function findAdapter(): Promise<FoundAdapter> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  if (!gpu) {
    return {
      why: self.isSecureContext
        ? "no WebGPU: this browser does not have it; use a current Chrome or Edge, or Safari from 26"
        : "no WebGPU: browsers have it in secure contexts alone; serve the page over https or from localhost",
    };
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return { why: "no WebGPU: the browser has it, but finds no GPU; update the GPU's driver or switch hardware acceleration on" };
  const { vendor, architecture, isFallbackAdapter = false } = adapter.info;
  return {
    name: [vendor, architecture].filter(Boolean).join(" "),
    software: isFallbackAdapter || architecture === "swiftshader",
    float16: adapter.features.has("shader-f16"),
  };
}
