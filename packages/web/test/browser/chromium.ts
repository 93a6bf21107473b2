/** @file The system's Chromium, headless. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

/** WebGPU in software, so that it can be tested on any machine. */
const softwareGpu = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-vulkan=swiftshader", "--use-webgpu-adapter=swiftshader"];
const quiet = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Options of `startChromium`. */
export interface ChromiumOptions {
  /** WebGPU, in software. Default false. */
  readonly webgpu?: boolean;
  /** Further flags. */
  readonly flags?: readonly string[];
}

/** Starts Chromium: that of `FLUXION_CHROMIUM`, or the system's. */
export function startChromium({ webgpu = false, flags = [] }: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = process.env["FLUXION_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`tests in the browser: expected Chromium at ${executablePath}; install it (apt-get install chromium) or name it by FLUXION_CHROMIUM`);
  }
  return chromium.launch({ executablePath, args: [...quiet, ...(webgpu ? softwareGpu : ["--disable-gpu"]), ...flags] });
}
