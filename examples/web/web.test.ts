/** @file The example in Chromium, bundled and under a strict content security policy. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser } from "playwright-core";
import { startChromium } from "../../packages/web/test/browser/chromium.ts";
import { bundle, serve } from "../../packages/web/test/browser/serve.ts";
import type { Served } from "../../packages/web/test/browser/serve.ts";

const entries = { main: `${import.meta.dirname}/main.ts`, worker: `${import.meta.dirname}/worker.ts` };
let [browser, served]: [Browser | undefined, Served | undefined] = [undefined, undefined];
beforeAll(async () => {
  [browser, served] = [await startChromium(), await serve(entries)];
});
afterAll(async () => {
  await browser?.close();
  served?.close();
});

it("trains in a worker and samples, with threads where the page is isolated", async () => {
  const page = await browser!.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(served!.url("main", { isolated: true }));
  const samples = await page.waitForFunction(() => (self as { samples?: Float32Array }).samples?.length);
  expect(await samples.jsonValue()).toBe(200);
  expect(said.join("\n")).toMatch(/on wasm, \d+ threads?/);
  expect(said.join("\n")).toMatch(/step 200: loss \d/);
}, 120_000);

it("is small, beside ONNX Runtime's own files, and evaluates no text", async () => {
  const files = await bundle(entries, true);
  const sizes = [...files.values()].map((contents) => gzipSync(contents).byteLength);
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(200e3);
  for (const contents of files.values()) expect(new TextDecoder().decode(contents)).not.toMatch(/\beval\(|new Function\(/);
  // What a page loads before its worker has anything to do.
  process.stdout.write(`bundle: ${[...files.keys()].map((name, i) => `${name} ${((sizes[i] ?? 0) / 1e3).toFixed(1)} kB`).join(", ")} (gzip)\n`);
});
