/** @file What the page as a whole holds to: its size, its policy, its keys, its pictures, and the run that it ships with. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { nodeRuntime } from "@fluxion/node";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createImageLab } from "../../src/lab/image-lab.ts";
import { openRunFiles } from "../../src/lab/run-record.ts";
import { chapter, eventually, figure, openStudio, patience, saved, serveStudio, startChromium } from "./page.ts";

const served = await serveStudio();
const browser = await startChromium();
const chapters = ["Data", "Path", "Train", "Flow", "Solve", "Images", "Keep"];

describe("the build", () => {
  const assets = readdirSync(join(served.folder, "assets"));

  it("has less than 500 kB of script, compressed, besides the engine's WebAssembly", () => {
    const sizes = assets.filter((name) => /\.m?js$/.test(name)).map((name) => gzipSync(readFileSync(join(served.folder, "assets", name))).length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(500_000);
  });

  it("has nothing inline, and addresses within its own folder", () => {
    const html = readFileSync(join(served.folder, "index.html"), "utf8");
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(html).toMatch(/Content-Security-Policy/);
    expect(html).not.toMatch(/'unsafe-(?:inline|eval)'|https?:|="\//);
  });
});

describe("its policy", () => {
  it("lets nothing out, and no foreign code in", async () => {
    const { page } = await openStudio(browser, served.plain);
    const refused = await page.evaluate(async () => {
      const directives: string[] = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => directives.push(effectiveDirective));
      await fetch("https://example.org/").catch(() => undefined);
      document.head.append(Object.assign(document.createElement("script"), { textContent: "globalThis.foreign = true" }));
      document.body.append(Object.assign(document.createElement("img"), { src: "https://example.org/a.png" }));
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [...directives.sort(), "foreign" in globalThis];
    });
    expect(refused).toEqual(["connect-src", "img-src", "script-src-elem", false]);
    await page.context().close();
  });

  it("is kept: all that a visit asks for comes from where the page came from", async () => {
    const { page, complaints } = await openStudio(browser, served.plain);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.reload();
    await page.locator(".engine.is-ready").waitFor();
    for (const name of chapters) await chapter(page, name);
    expect(asked.filter((url) => !url.startsWith(served.plain) && !/^(?:blob|data):/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("its controls", () => {
  it("are all within reach of the keyboard", async () => {
    const { page } = await openStudio(browser, served.plain);
    await page.evaluate(() => {
      const reached = new Set<EventTarget | null>();
      document.addEventListener("focusin", ({ target }) => reached.add(target));
      Object.assign(globalThis, { reached });
    });
    for (const name of chapters) {
      await chapter(page, name);
      await page.locator("h1").click();
      // A group of radio buttons is one stop.
      const controls = await page.evaluate(() => {
        (globalThis as unknown as { reached: Set<unknown> }).reached.clear();
        const all = [...document.querySelectorAll<HTMLInputElement>("button:enabled, input:enabled, textarea:enabled")];
        return all.filter(({ type, checked }) => type !== "radio" || checked).length;
      });
      for (let i = 0; i < controls + 3; i++) await page.keyboard.press("Tab");
      const reached = await page.evaluate(() => (globalThis as unknown as { reached: Set<unknown> }).reached.size);
      expect(reached, name).toBeGreaterThanOrEqual(controls);
    }
    await page.context().close();
  });

  it("move time only for who did not ask for less motion", async () => {
    for (const moving of [false, true]) {
      const { page } = await openStudio(browser, served.plain, { moving });
      await page.getByRole("button", { name: moving ? "Pause" : "Play from noise to data" }).waitFor();
      const shown = (): Promise<string> => page.locator(".time-value").innerText();
      if (moving) await eventually(shown).not.toBe(await shown());
      else expect(await shown()).toBe("t = 1.00");
      await page.context().close();
    }
  });
});

describe("data", () => {
  it("come in by a file that is dropped", async () => {
    const { page } = await openStudio(browser, served.plain);
    const drop = async (name: string, text: string): Promise<void> => {
      const files = await page.evaluateHandle(([file, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], file));
        return transfer;
      }, [name, text] as const);
      await page.dispatchEvent("main", "drop", { dataTransfer: files });
    };
    await drop("mine.csv", Array.from({ length: 40 }, (_, i) => `${i},${i % 7}`).join("\n"));
    await page.getByText("40 points", { exact: true }).waitFor();
    await drop("bad.csv", "1,2\n3,four\n");
    await page.getByRole("alert").filter({ hasText: /bad\.csv: expected a finite number in line 2/ }).waitFor();
    await page.context().close();
  });

  it("can be drawn by a finger", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=data`, { width: 390, height: 844, touch: true });
    const box = (await page.locator("canvas").boundingBox())!;
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    await touch("touchStart", [{ x: box.x + 100, y: box.y + 100 }]);
    for (let i = 1; i <= 10; i++) await touch("touchMove", [{ x: box.x + 100 + 12 * i, y: box.y + 100 + 8 * i }]);
    await touch("touchEnd", []);
    await page.getByText(/^\d+ points$/).waitFor();
    await page.context().close();
  });
});

it("trains two models on the same data and seed: what is the same learns the same", async () => {
  const { page } = await openStudio(browser, `${served.plain}#chapter=train&compare=1&b.path=ot&width=16&depth=1&b.width=16&b.depth=1&batch=32&steps=500&particles=200`);
  await page.getByRole("button", { name: "Start training" }).click();
  await page.getByText(/Held-out points: /).nth(1).waitFor({ timeout: 3 * patience });
  const [a, b] = await page.getByText(/Held-out points: /).allInnerTexts();
  expect(a).toBe(b);
  expect(await figure(page, "progress-0", "Loss")).toBe(await figure(page, "progress-1", "Loss"));
  await page.context().close();
});

it("saves every picture and chart of every chapter as PNG and SVG", async () => {
  const settings = "#showField=1&showDensity=1&showLines=1&width=16&depth=1&particles=200&imageCount=4&imageSteps=2";
  const { page, complaints } = await openStudio(browser, served.plain + settings);
  await page.locator(".scale", { hasText: /nats$/ }).waitFor();
  for (const name of chapters) {
    await chapter(page, name);
    if (name === "Images") {
      await page.getByRole("button", { name: "Open digits" }).click();
      await page.getByRole("img", { name: /^4 images/ }).waitFor();
    }
    const links = page.getByRole("button", { name: /^Save .* as SVG$/ });
    await links.first().waitFor();
    for (let i = 0; i < (await links.count()); i++) {
      const [file] = await Promise.all([page.waitForEvent("download"), links.nth(i).click()]);
      const svg = readFileSync(await file.path(), "utf8");
      expect(svg, `${name} ${file.suggestedFilename()}`).toMatch(/^<svg [^>]*xmlns.*<\/svg>$/s);
      expect(svg.includes("NaN"), name).toBe(false);
      if (name === "Flow") expect(svg).toMatch(/<image .*<path [^>]*d="M[-\d.]+ [-\d.]+L.*<polyline .*<circle /s);
    }
    const png = readFileSync(await saved(page, /^Save .* as PNG$/));
    expect([png.subarray(1, 4).toString(), png.length > 3000], name).toEqual(["PNG", true]);
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});

/** The grey values of pictures, as the browser reads them. */
const pixelsOf = (page: Page, addresses: readonly string[]): Promise<number[][]> =>
  page.evaluate(
    (list) =>
      Promise.all(
        list.map(async (src) => {
          const image = Object.assign(new Image(), { src });
          await image.decode();
          const { width, height } = image;
          const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d")!;
          context.drawImage(image, 0, 0);
          return Array.from(context.getImageData(0, 0, width, height).data).filter((_, i) => i % 4 === 0);
        }),
      ),
    addresses,
  );

describe("the digits that come with the page", () => {
  const folder = join(import.meta.dirname, "..", "..", "src", "runs", "digits");
  const files = { name: "digits", options: readFileSync(join(folder, "options.json"), "utf8"), weights: new Uint8Array(readFileSync(join(folder, "weights.safetensors"))) };
  const run = openRunFiles(files);
  const { classes } = run.model;
  const [, height = 0, width = 0] = run.model.eventShape;
  const ready = (page: Page, count: number): Promise<void> => page.locator(`canvas[aria-busy=false][aria-label^="${count} images"]`).waitFor();

  it("are small", () => {
    expect(existsSync(join(folder, "options.json"))).toBe(true);
    expect(statSync(join(folder, "weights.safetensors")).size).toBeLessThan(3e6);
  });

  it("are fetched when they are asked for, and not before", async () => {
    const { page, complaints } = await openStudio(browser, `${served.plain}#imageCount=4&imageSteps=4`);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await chapter(page, "Images");
    await page.getByRole("button", { name: "Open digits" }).waitFor();
    expect(asked.filter((url) => /weights|options/.test(url))).toEqual([]);
    await page.getByRole("button", { name: "Open digits" }).click();
    await ready(page, 4);
    expect(asked.filter((url) => /weights|options/.test(url)).length).toBe(2);
    // Their way from noise: other pictures at other times.
    const pixels = (): Promise<string> => page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    let before = await pixels();
    for (const t of ["0.6", "0"]) {
      await page.getByLabel(/^Time t/).fill(t);
      await eventually(pixels).not.toBe(before);
      before = await pixels();
    }
    // Told a class where they can be, and only there.
    expect(await page.getByRole("group", { name: "Class" }).count()).toBe(classes === undefined ? 0 : 1);
    expect(await page.getByLabel(/^Guidance/).count()).toBe(classes === undefined ? 0 : 1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([["each", -2], ["one class", 3]])("are those of Node for the same seed, restored from an address: %s", async (_, chosen) => {
    const guidance = 1.5;
    const { page } = await openStudio(browser, `${served.plain}#chapter=images&run=digits&imageCount=4&imageSteps=6&imageSeed=5&imageClass=${chosen}&guidance=${guidance}`);
    await ready(page, 4);
    const svg = readFileSync(await saved(page, "Save these images as SVG"), "utf8");
    const images = await pixelsOf(page, [...svg.matchAll(/href="(data:image\/png[^"]+)"/g)].map(([, address = ""]) => address));
    expect(images.length).toBe(4);

    const runtime = await nodeRuntime({ threads: 1 });
    const lab = createImageLab(runtime, "digits", run);
    const labels = classes === undefined ? undefined : [0, 1, 2, 3].map((i) => (chosen < 0 ? i : chosen));
    const { pixels, times } = await lab.sample({ count: 4, seed: 5, group: 0, method: { solver: "midpoint", steps: 6 }, labels, guidance });
    await lab.dispose();
    const last = pixels.subarray((times.length - 1) * 4 * height * width);
    expect(images.flat().length).toBe(last.length);
    // float32 in another order of additions, then 8 bits.
    images.flat().forEach((value, i) => expect(Math.abs(value - last[i]!)).toBeLessThanOrEqual(2));
    await page.context().close();
  });
});
