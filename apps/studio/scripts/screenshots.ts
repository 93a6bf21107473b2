/**
 * @file Takes a picture of every chapter of the built page, on a desktop and a phone, in light and dark, to be looked at.
 *
 *     npm run build
 *     node --conditions=fluxion-source --import tsx apps/studio/scripts/screenshots.ts FOLDER [CHAPTER …]
 *
 * FLUXION_CHROMIUM names a Chromium, /usr/bin/chromium unless it is set.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { chromium } from "playwright-core";
import { preview } from "vite";

/** What is done in a chapter before it is worth a picture. */
interface Shot {
  readonly chapter: string;
  /** Settings, as the address holds them. */
  readonly settings?: string;
  /** The time shown. Default: the end. */
  readonly time?: number;
  readonly prepare?: (page: Page) => Promise<void>;
}

const patience = { timeout: 600_000 };
const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("button", { name }).first().click();

const shots: readonly Shot[] = [
  { chapter: "data", settings: "data=spirals" },
  { chapter: "path", settings: "path=cosine", time: 0.65, prepare: (page) => page.waitForTimeout(3000) },
  {
    chapter: "train",
    settings: "data=eightGaussians&compare=1&steps=2000&particles=4000&showData=0",
    prepare: async (page) => {
      await page.getByRole("button", { name: "Start training", disabled: false }).click(patience);
      await page.getByText(/Held-out points: /).nth(1).waitFor(patience);
    },
  },
  {
    chapter: "flow",
    settings: "showDensity=1&showData=0&showLines=1&particles=3000",
    time: 0.75,
    prepare: async (page) => {
      await press(page, "Measure held-out points");
      await page.getByText(/ ± /).waitFor(patience);
      await page.getByText(/nats$/).first().waitFor(patience);
      await page.waitForTimeout(8000);
    },
  },
  {
    chapter: "solve",
    settings: "solver=dopri5",
    time: 0.8,
    prepare: async (page) => {
      await press(page, "Measure all solvers");
      await page.getByRole("button", { name: "Measuring …" }).waitFor(patience);
      await page.getByRole("button", { name: "Measure all solvers" }).waitFor(patience);
    },
  },
  {
    chapter: "images",
    settings: "imageCount=40&guidance=2",
    prepare: async (page) => {
      await press(page, /^Open digits/);
      await page.locator('canvas[aria-busy=false][aria-label^="40 images"]').waitFor(patience);
    },
  },
  { chapter: "keep" },
];

const screens = [
  { name: "desktop", viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1, hasTouch: false },
  { name: "phone", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
] as const;

const { positionals } = parseArgs({ allowPositionals: true });
const [folder = "", ...wanted] = positionals;
if (folder === "") throw new Error("screenshots: expected a folder for the pictures, got none; name one");
const chapters = shots.map(({ chapter }) => chapter);
const unknown = wanted.find((chapter) => !chapters.includes(chapter));
if (unknown !== undefined) throw new Error(`screenshots: expected chapters of ${chapters.join(", ")}, got ${unknown}`);
mkdirSync(folder, { recursive: true });

const root = join(import.meta.dirname, "..");
const outDir = process.env["FLUXION_STUDIO_DIST"] ?? join(root, "dist");
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const server = await preview({ root, logLevel: "error", build: { outDir }, preview: { port: 0, headers } });
const address = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({ executablePath: process.env["FLUXION_CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

for (const { name, ...screen } of screens) {
  for (const shot of shots.filter(({ chapter }) => wanted.length === 0 || wanted.includes(chapter))) {
    const context = await browser.newContext({ ...screen, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(patience.timeout);
    await page.goto(`${address}#chapter=${shot.chapter}&${shot.settings ?? ""}`);
    await page.locator(".engine.is-ready").waitFor();
    await page.waitForTimeout(1500);
    await shot.prepare?.(page);
    if (shot.time !== undefined) await page.getByLabel(/^Time t/).fill(String(shot.time));
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
      document.querySelector(".side")?.scrollTo(0, 0);
      scrollTo(0, 0);
    });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.mouse.move(0, 0);
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${shot.chapter}-${name}-${colorScheme}.png`) });
      // A phone shows a part of the panel at once: the whole of it, below the first picture.
      if (name === "phone") await page.screenshot({ path: join(folder, `${shot.chapter}-${name}-${colorScheme}-whole.png`), fullPage: true });
    }
    await context.close();
  }
}
await browser.close();
await server.close();
