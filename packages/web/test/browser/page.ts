/** @file The runtime of a page, driven from here: what the suites of Node compute with, but in a browser. */
import { saveProgram } from "@fluxion/graph";
import type { Device, Executable, HostTensor, Program, Runtime } from "@fluxion/graph";
import { onHost } from "@fluxion/graph";
import type { WebRuntimeOptions } from "@fluxion/web";
import type { Browser, Page } from "playwright-core";
import type { page as inPage } from "../pages/main.ts";
import type { Served } from "./serve.ts";

/** Where a page runs. */
export interface PageOptions extends Omit<WebRuntimeOptions, "wasmPaths"> {
  readonly isolated?: boolean;
  readonly worker?: boolean;
}

/** A page, its runtime, and what else it can be asked. */
export interface OpenPage {
  readonly page: Page;
  readonly runtime: Runtime;
  readonly call: <K extends keyof typeof inPage>(name: K, ...args: Parameters<(typeof inPage)[K]>) => Promise<Awaited<ReturnType<(typeof inPage)[K]>>>;
}

/** Opens a page and its runtime. */
export async function openPage(browser: Browser, served: Served, { isolated = false, ...options }: PageOptions): Promise<OpenPage> {
  const page = await browser.newPage();
  await page.goto(served.url("main", { isolated }));
  await page.waitForFunction(() => "page" in self);
  const call: OpenPage["call"] = (name, ...args) =>
    page.evaluate(([key, values]) => (self as unknown as { page: Record<string, (...all: unknown[]) => never> }).page[key]?.(...values), [name, args] as [string, unknown[]]) as never;
  const device: Device = await call("open", options);
  const compile = async (program: Program): Promise<Executable> => {
    const executable = await call("compile", saveProgram(program));
    return {
      threads: device.threads,
      run: async (feeds) => (await call("run", executable, onHost(program.name, feeds))) as Record<string, HostTensor>,
      dispose: async () => {
        await call("dispose", executable);
      },
    };
  };
  const load = () => Promise.reject(new Error("load models in the page itself"));
  return { page, call, runtime: { device, compile: compile as unknown as Runtime["compile"], load } };
}
