/** @file The web runtime in Firefox and WebKit: ops, derivatives, training, sampling and likelihood, beside Node's. */
import { nodeRuntime } from "@fluxion/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openIn, otherBrowsers } from "./browser/others.ts";
import { serve } from "./browser/serve.ts";
import type { Served } from "./browser/serve.ts";
import { expectAsOnNode } from "./expect-as-on-node.ts";
import { runFlow } from "./pages/runs.ts";
import type { RunResult } from "./pages/runs.ts";
import type { SuiteOptions, SuiteReport } from "./pages/suite.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

let served: Served | undefined;
let onNode: RunResult | undefined;
const here = (name: string): string => new URL(`pages/${name}.ts`, import.meta.url).pathname;

beforeAll(async () => {
  served = await serve({ suite: here("suite"), worker: here("worker") });
  onNode = await runFlow(await nodeRuntime({ threads: 1 }));
});
afterAll(() => {
  served?.close();
});

// Debian has both browsers; elsewhere they are tested where they are found. About one in ten runs in WebKitGTK 2.50 ends in an internal
// error of ONNX Runtime ("OrtValue indexes should have been populated") when a session is made, and the same page opened anew does not: hence the attempts.
for (const browser of otherBrowsers) {
  describe.skipIf(process.platform !== "linux" && browser.find() === undefined)(`in ${browser.name}`, { retry: 2 }, () => {
    const report = async (options: SuiteOptions, isolated = false): Promise<SuiteReport> => {
      const reported = served!.report();
      const opened = openIn(browser, `${served!.url("suite", { isolated })}?options=${encodeURIComponent(JSON.stringify(options))}`);
      try {
        return JSON.parse(await reported) as SuiteReport;
      } finally {
        await opened.end();
      }
    };
    it("computes every row of ops, and derivatives; trains, samples and measures as Node does", async () => {
      const found = await report({ device: "wasm", rows: true });
      expect(found.error).toBeUndefined();
      expectAsOnNode(found.run, onNode!);
      expect(found.browser).toContain(browser.name);
      expect(found.device).toMatchObject({ kind: "wasm", threads: 1 });
      expect(found.wrong).toEqual([]);
      expect(found.computed).toBeGreaterThan(500);
    });

    it("does so in a worker, on two threads", async () => {
      const found = await report({ device: "wasm", threads: 2, worker: true }, true);
      expect(found.error).toBeUndefined();
      expectAsOnNode(found.run, onNode!);
      expect(found.device).toMatchObject({ kind: "wasm", threads: 2 });
    });
  });
}
