/** @file The built page, served as a plain host and as `fluxion studio` would, in the system's Chromium. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { build, preview } from "vite";
import { afterAll, expect, vi } from "vitest";

/** Milliseconds to wait for anything: a busy machine is no failure. */
export const patience = 60_000;

const root = join(import.meta.dirname, "..", "..");

vi.setConfig({ testTimeout: 5 * patience });

/** The studio, built and served. */
export interface Served {
  /** Without cross-origin isolation: one thread. */
  readonly plain: string;
  /** With it. */
  readonly isolated: string;
  /** The folder of the built page. */
  readonly folder: string;
}

/** What becomes true before long. */
export const eventually = <T>(value: () => T) => expect.poll(value, { timeout: patience, interval: 100 });

/** Builds the page once for a file of tests, unless `FLUXION_STUDIO_DIST` names the folder of one that is built. */
export async function serveStudio(): Promise<Served> {
  const built = process.env["FLUXION_STUDIO_DIST"];
  const outDir = built ?? mkdtempSync(join(tmpdir(), "fluxion-studio-"));
  if (built === undefined) await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
  const servers = await Promise.all([{}, headers].map((given) => preview({ root, logLevel: "error", build: { outDir }, preview: { port: 0, headers: given } })));
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    if (built === undefined) rmSync(outDir, { recursive: true, force: true });
  });
  const [plain = "", isolated = ""] = servers.map(({ resolvedUrls }) => resolvedUrls?.local[0] ?? "");
  return { plain, isolated, folder: outDir };
}

/** Starts Chromium: that of `FLUXION_CHROMIUM`, or the system's. */
export async function startChromium(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env["FLUXION_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`tests in the browser: expected Chromium at ${executablePath}; install it (apt-get install chromium) or name it by FLUXION_CHROMIUM`);
  }
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...flags] });
  afterAll(() => browser.close());
  return browser;
}

/** A page with all it complained about. */
export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens the studio and waits until its engine runs. */
export async function openStudio(browser: Browser, address: string, { width = 1280, height = 860, dark = false, moving = false, touch = false } = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", reducedMotion: moving ? "no-preference" : "reduce", hasTouch: touch, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator(".engine.is-ready").waitFor();
  return { page, complaints };
}

/** Goes to a chapter. */
export const chapter = (page: Page, name: string): Promise<void> => page.getByRole("navigation").getByRole("button", { name, exact: true }).click();

/** The number in a figure of the page. */
export async function figure(page: Page, testId: string, label: string): Promise<number> {
  const text = await page.getByTestId(testId).locator(".figure", { has: page.locator("dt", { hasText: new RegExp(`^${label}`) }) }).locator("dd").innerText();
  return Number(/-?[\d.,]+/.exec(text)?.[0]?.replaceAll(",", ""));
}

/** The file that a click gives. */
export async function saved(page: Page, button: string | RegExp): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).first().click()]);
  return download.path();
}
