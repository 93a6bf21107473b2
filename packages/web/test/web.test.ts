/** @file The web runtime in Chromium: one thread and more, in the page and in a worker, and on WebGPU. */
import { add, cast, input, trace } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isDifferentiable, subjects } from "../../graph/test/cases/subject.ts";
import type { Subject } from "../../graph/test/cases/subject.ts";
import { tolerances } from "../../graph/test/compare.ts";
import { judge } from "../../graph/test/conforms.ts";
import { startChromium } from "./browser/chromium.ts";
import { openPage } from "./browser/page.ts";
import type { OpenPage, PageOptions } from "./browser/page.ts";
import { serve } from "./browser/serve.ts";
import type { Served } from "./browser/serve.ts";
import { expectAsOnNode } from "./expect-as-on-node.ts";
import { runFlow } from "./pages/runs.ts";
import type { RunResult } from "./pages/runs.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let [browser, served]: [Browser | undefined, Served | undefined] = [undefined, undefined];
let onNode: RunResult | undefined;
const here = (name: string): string => new URL(`pages/${name}.ts`, import.meta.url).pathname;
const open = (options: PageOptions): Promise<OpenPage> => openPage(browser!, served!, options);

beforeAll(async () => {
  served = await serve({ main: here("main"), worker: here("worker") });
  browser = await startChromium({ webgpu: true, flags: ["--js-flags=--expose-gc", "--enable-precise-memory-info"] });
  onNode = await runFlow(await nodeRuntime({ threads: 1 }));
});
afterAll(async () => {
  await browser?.close();
  served?.close();
});

const rows = subjects.filter(({ name }) => !name.includes(" of ["));
const slow = process.env["FLUXION_SLOW_TESTS"] === "1";

describe("on WebAssembly, one thread", () => {
  let opened: OpenPage | undefined;
  beforeAll(async () => {
    opened = await open({ device: "wasm" });
  });

  it("says why it has one", () => {
    expect(opened!.runtime.device).toMatchObject({ kind: "wasm", threads: 1 });
    expect(opened!.runtime.device.notes?.join()).toMatch(/not cross-origin isolated; serve it with the headers Cross-Origin-Opener-Policy/);
  });

  it("computes every row of ops, and derivatives", async () => {
    const values = await judge(opened!.runtime, subjects, "value", { tolerance: () => tolerances.float32 });
    expect(values.wrong).toEqual([]);
    const derivatives = await judge(opened!.runtime, rows.filter(isDifferentiable), "derivatives", { tolerance: () => tolerances.float32Derivatives });
    expect(derivatives.wrong).toEqual([]);
  });

  it("trains, samples and measures as Node does", async () => {
    expectAsOnNode(await opened!.call("runFlow", {}), onNode!);
  });

  it("leaves memory flat over sessions and training calls", async () => {
    const [sessions, calls] = slow ? [1000, 10_000] : [60, 400];
    const growth = await opened!.call("leaks", { sessions, calls });
    expect(growth.sessions).toBeLessThan(2e6);
    expect(growth.calls).toBeLessThan(2e6);
  }, 1_200_000);
});

describe("on WebAssembly, two threads", () => {
  it("trains, samples and measures as Node does, and computes rows", async () => {
    const { runtime, call, page } = await open({ device: "wasm", threads: 2, isolated: true });
    expect(runtime.device).toMatchObject({ kind: "wasm", threads: 2 });
    expectAsOnNode(await call("runFlow", {}), onNode!);
    const { wrong } = await judge(runtime, rows, "value", { tolerance: () => tolerances.float32 });
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("is refused without isolation, with the way to it", async () => {
    await expect(open({ device: "wasm", threads: 2 })).rejects.toThrow(/webRuntime: threads: expected 1, got 2: one thread: this page is not cross-origin isolated; serve it with/);
  });
});

describe("in a worker", () => {
  let opened: OpenPage | undefined;
  beforeAll(async () => {
    opened = await open({ device: "wasm", worker: true });
  });

  it("trains, samples and measures as Node does", async () => {
    expectAsOnNode(await opened!.call("runFlow", {}), onNode!);
  });

  it("gives errors back as errors, and keeps tensors", async () => {
    const seen = (await opened!.call("trouble", "errors")) as unknown as Record<string, unknown>;
    expect(seen["twice"]).toEqual([3, 3, 3]);
    expect(seen["shape"]).toMatch(/^RangeError: plus one: input "x" expects \[n\], got \[1, 1\]/);
    expect(seen["disposed"]).toMatch(/^TypeError: input "x": expected values or a tensor of this worker, got one that was disposed of/);
    expect(seen["load"]).toMatch(/^RangeError: broken: /);
    expect(seen["memory"]).toMatch(/^OutOfMemoryError: huge: expected enough memory on wasm, got too little; use a smaller batch/);
  });

  it("gives a run up when its signal is raised", async () => {
    expect(await opened!.call("trouble", "cancel")).toEqual({ cancelled: "Error: enough", after: [256, 256] });
  });

  it("goes on to the same bits when its page was frozen", async () => {
    const protocol = await opened!.page.context().newCDPSession(opened!.page);
    const done = opened!.call("trouble", "hidden");
    await protocol.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await protocol.send("Page.setWebLifecycleState", { state: "active" });
    expect(await done).toBe(true);
  });

  it("killed, it says so, and training goes on from what was read, to the same bits", async () => {
    const { killed, ...rest } = (await opened!.call("trouble", "killed")) as { killed: string[]; step: number; same: boolean; old: string };
    for (const message of killed) expect(message).toMatch(/^DeviceLostError: workerRuntime: the worker was terminated; restart\(\) starts another/);
    expect(rest).toEqual({ step: 10, same: true, old: expect.stringMatching(/^DeviceLostError/) as string });
  });
});

describe("on WebGPU", () => {
  /** WGSL lets sin and cos be off by 2^-11, and has that of tan and their derivatives from them. */
  const tolerance = ({ name }: Subject): number => (/^(sin|cos|tan)\b/.test(name) ? 2 ** -10 : tolerances.float32Derivatives);
  let opened: OpenPage | undefined;
  beforeAll(async () => {
    opened = await open({ device: "webgpu" });
  });

  it("computes every row that its kernels allow, and names the rest", async () => {
    const { wrong, refused, computed } = await judge(opened!.runtime, rows, "value", { tolerance, target: "webgpu" });
    expect(wrong).toEqual([]);
    for (const message of refused) expect(message).toMatch(/^TypeError: lower: .*: (WebGPU has no (float64|uint8 arithmetic)|ONNX Runtime's WebGPU provider has \w+ for floats alone); /);
    expect(computed).toBeGreaterThan(0.7 * rows.length);
  });

  it("trains, samples and measures as Node does, its state on the device", async () => {
    // In software a step takes a tenth of a second.
    const small = { steps: 6, width: 8, count: 8, tolerance: 1e-2 };
    expectAsOnNode(await opened!.call("runFlow", small), await runFlow(await nodeRuntime({ threads: 1 }), small));
  });

  it("refuses half precision, which its adapter in software has not", async () => {
    const half = trace("half", { x: input([2]) }, ({ x }) => ({ y: cast(add(cast(x, "float16"), 1), "float32") }));
    await expect(opened!.runtime.compile(half)).rejects.toThrow(/half: float16: expected a device that computes in half precision, got webgpu without it/);
  });

  it("lost, it says so, and training goes on from what was read", async () => {
    const { lost, ...rest } = (await opened!.call("trouble", "lost")) as { lost: string[]; step: number; last: number };
    for (const message of lost) expect(message).toMatch(/^DeviceLostError: .*the webgpu device was lost, .*go on from what was read last/);
    expect(rest).toEqual({ step: 1, last: 4 });
  });
});
