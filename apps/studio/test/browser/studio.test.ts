import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { constant, input, lower, mul, trace } from "@fluxion/graph";
import type { HostTensor } from "@fluxion/graph";
import type { Model, Params } from "fluxion";
import { decodeSafetensors, encodeSafetensors, flattenValues, initParameters, Key, mlp, normal, stateFromTensors, unet, unflattenValues } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { createLab } from "../../src/lab/lab.ts";
import { pretrainedProblem } from "../../src/session/pretrained.ts";
import { chapter, eventually, figure, openStudio, saved, serveStudio, startChromium } from "./page.ts";

const served = await serveStudio();
const browser = await startChromium(["--js-flags=--expose-gc", "--enable-precise-memory-info"]);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "fluxion-studio-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const chapters = ["Data", "Path", "Train", "Flow", "Solve", "Images", "Keep"];

/** Sets a slider as a keyboard would reach it. */
const slide = (page: Page, label: string, value: number): Promise<void> =>
  page.getByLabel(label, { exact: true }).fill(String(value));

/** Waits until the first model has done its steps and was measured. */
const measured = (page: Page): Promise<void> => page.getByText(/Held-out points: /).waitFor();

/** Bytes of the page's heap, and of the largest process that runs pages and workers, once garbage is collected. */
async function memoryOf(page: Page): Promise<{ readonly heap: number; readonly memory: number }> {
  const collect = (): void => (globalThis as unknown as { gc(): void }).gc();
  await page.workers()[0]!.evaluate(collect);
  await page.evaluate(collect);
  const heap = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => residentKilobytes(id));
  return { heap, memory: Math.max(...sizes) };
}

const residentKilobytes = (id: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]);

async function trainFor(page: Page, steps: number): Promise<void> {
  await chapter(page, "Train");
  await slide(page, "Steps in all", steps);
  await page.getByRole("button", { name: /Train again|Start training/ }).click();
  await measured(page);
}

/** Violations of accessibility, in short. */
async function violations(page: Page): Promise<unknown[]> {
  // Run as a debugger does: the page's own policy lets no foreign script in.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await checker.run()).violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html.slice(0, 160)) }));
  });
  return found;
}

describe("the page", () => {
  it("moves before its engine runs, from what came with it", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    // An engine that never comes: a busy browser lets requests of a worker past a route.
    await page.addInitScript(() => {
      const silent = class extends EventTarget {
        readonly postMessage = (): void => undefined;
        readonly terminate = (): void => undefined;
      };
      Object.assign(self, { Worker: silent });
    });
    await page.goto(served.plain);
    const pixels = (): Promise<string> => page.locator("canvas").first().evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await eventually(() => page.evaluate(() => document.querySelector(".engine")?.className)).toContain("is-starting");
    const first = await pixels();
    await eventually(pixels).not.toBe(first);
    await context.close();
  });

  it("says what computes, with threads only where it may have them", async () => {
    const { page, complaints } = await openStudio(browser, served.plain);
    expect(await page.locator(".engine").innerText()).toBe("WebAssembly · 1 thread");
    await page.context().close();
    const isolated = await openStudio(browser, served.isolated);
    const cores = await isolated.page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
    expect(await isolated.page.locator(".engine").innerText()).toBe(`WebAssembly · ${cores === 1 ? "1 thread" : `${cores} threads`}`);
    expect([...complaints, ...isolated.complaints]).toEqual([]);
    await isolated.page.context().close();
  });

  it("says so where there is no GPU, and goes on without", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=train`);
    await page.getByLabel("WebGPU", { exact: true }).check({ force: true });
    await page.getByText(/no WebGPU/).first().waitFor();
    await page.locator(".engine", { hasText: "WebAssembly" }).waitFor();
    await page.context().close();
  });
});

describe("every panel", () => {
  it.each([[false], [true]])("is accessible, in dark colours: %s", async (dark) => {
    const { page, complaints } = await openStudio(browser, served.plain, { dark });
    for (const name of chapters) {
      await chapter(page, name);
      expect(await violations(page), name).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("fits a phone", async () => {
    const { page } = await openStudio(browser, served.plain, { width: 390, height: 844 });
    for (const name of chapters) {
      await chapter(page, name);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
    }
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it("takes every control without complaint", async () => {
    const { page, complaints } = await openStudio(browser, `${served.plain}#compare=1&width=16&depth=1&b.width=16&b.depth=1&particles=200`);
    for (const name of chapters) {
      await chapter(page, name);
      const radios = await page.locator(".side input[type=radio]").count();
      for (let i = 0; i < radios; i++) await page.locator(".side input[type=radio]").nth(i).check({ force: true });
      const switches = page.locator(".side input[role=switch]");
      for (let i = 0; i < (await switches.count()); i++) await switches.nth(i).click({ force: true });
      for (const slider of await page.locator(".side input[type=range]:enabled").all()) {
        await slider.press("ArrowRight");
        await slider.press("ArrowLeft");
      }
    }
    expect(await page.getByRole("alert").allInnerTexts()).toEqual([]);
    // Without a GPU the choice of one is refused in words, and that is all.
    expect(complaints.filter((text) => !text.includes("WebGPU"))).toEqual([]);
    await page.context().close();
  });
});

describe("data", () => {
  it("can be drawn, and stand in the address", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=data`);
    const box = (await page.locator("canvas").boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    for (let i = 0; i <= 20; i++) await page.mouse.move(box.x + 200 + 10 * i, box.y + 200 + 8 * i);
    await page.mouse.up();
    await page.getByText(/^\d+ points$/).waitFor();
    await eventually(() => page.url()).toMatch(/data=own.*points=/);
    const count = await page.getByText(/^\d+ points$/).innerText();
    const again = await openStudio(browser, page.url());
    expect(await again.page.getByText(/^\d+ points$/).innerText()).toBe(count);
    await again.page.context().close();
    await page.context().close();
  });

  it("can be pasted, and says what is wrong with it", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=data`);
    const paste = async (text: string): Promise<void> => {
      await page.getByRole("textbox").fill(text);
      await page.getByRole("button", { name: "Use these points" }).click();
    };
    await paste("1,2\n3,oops\n");
    await page.getByText(/expected a finite number in line 2, column 2, got "oops"/).waitFor();
    await paste("1,2,3\n4,5,6\n");
    await page.getByText(/expected 2 columns, x and y, got 3/).waitFor();
    await paste(Array.from({ length: 50 }, (_, i) => `${Math.cos(i)},${Math.sin(i)}`).join("\n"));
    await page.getByText("50 points", { exact: true }).waitFor();
    await page.context().close();
  });
});

describe("paths of one's own", () => {
  it("are set as mathematics, and hostile ones are refused", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=path&path=formula`);
    const alpha = page.getByRole("textbox").first();
    await alpha.fill("t^2/2 + t/2");
    await page.locator("math mfrac").first().waitFor();
    for (const [text, words] of [["alert(1)", /expected t, pi, e or one of sin/], ["1 - t", /expected/], ["t; t", /got ";"/]] as const) {
      await alpha.fill(text);
      await page.getByRole("alert").filter({ hasText: words }).waitFor();
    }
    await page.context().close();
  });
});

describe("training", () => {
  it("learns the moons to 2.65 nats in 1,500 steps", async () => {
    const { page, complaints } = await openStudio(browser, served.isolated);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: "Reset" }).click();
    await eventually(() => figure(page, "progress-0", "Step")).toBe(0);
    await page.getByRole("button", { name: "One step" }).click();
    await eventually(() => figure(page, "progress-0", "Step")).toBe(1);
    // More steps than are done before anybody can press a button.
    await page.evaluate(() => (location.hash = "chapter=train&steps=20000"));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await measured(page);
    const paused = await figure(page, "progress-0", "Step");
    expect(paused).toBeLessThan(20_000);
    await page.waitForTimeout(500);
    expect(await figure(page, "progress-0", "Step")).toBe(paused);
    await page.getByRole("button", { name: "Reset" }).click();
    await eventually(() => figure(page, "progress-0", "Step")).toBe(0);
    await page.evaluate(() => (location.hash = "chapter=train&steps=1500"));
    await page.getByRole("button", { name: "Start training" }).click();
    await measured(page);
    expect(await figure(page, "progress-0", "Step")).toBe(1500);
    await chapter(page, "Flow");
    await eventually(() => figure(page, "likelihood-0", "Negative")).toBeLessThan(2.65);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("does not grow over ten trainings", async () => {
    const { page } = await openStudio(browser, `${served.isolated}#chapter=train&width=16&depth=1&particles=200&batch=32&steps=500`);
    const sizes: { readonly heap: number; readonly memory: number }[] = [];
    for (let i = 0; i < 13; i++) {
      // Reset first: between two trainings the measurement is gone for as long as it takes to see.
      if (i > 0) await page.getByRole("button", { name: "Reset" }).click();
      await page.getByText(/Held-out points: /).waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Start training" }).click();
      await measured(page);
      sizes.push(await memoryOf(page));
    }
    // The first three fill caches; ten more have nothing left to keep.
    const [before, after] = [sizes[2]!, sizes[12]!];
    expect(after.heap / before.heap).toBeLessThan(1.1);
    expect(after.memory / before.memory).toBeLessThan(1.15);
    await page.context().close();
  });
});

describe("the flow", () => {
  it("measures what Node measures", async () => {
    const { page } = await openStudio(browser, served.plain);
    await page.getByRole("button", { name: "Measure held-out points" }).click();
    await eventually(() => figure(page, "likelihood-0", "Negative")).toBeGreaterThan(2);
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(import.meta.dirname, "..", "..", "public", "pretrained", "moons.state.safetensors")));
    const runtime = await nodeRuntime({ threads: 1 });
    const fresh = await createLab(runtime, pretrainedProblem);
    fresh.restore(stateFromTensors(fresh.parts.model, Number(metadata["step"]), tensors));
    const { nll } = await fresh.likelihood(1000);
    expect(await figure(page, "likelihood-0", "Negative")).toBeCloseTo(nll, 2);
    await fresh.dispose();
    await page.context().close();
  });

  it("takes clicks and figures, and shows density and field", async () => {
    const { page, complaints } = await openStudio(browser, served.plain);
    const canvas = page.locator("canvas").first();
    const clear = page.getByRole("button", { name: "Clear" });
    expect(await clear.isDisabled()).toBe(true);
    await eventually(() => page.getByRole("button", { name: "Launch one" }).isEnabled()).toBe(true);
    await canvas.click({ position: { x: 300, y: 300 } });
    await eventually(() => clear.isEnabled()).toBe(true);
    await clear.click();
    await page.getByRole("button", { name: "Encode some data" }).click();
    await eventually(() => clear.isEnabled()).toBe(true);
    await clear.click();
    // A figure drawn into the picture is carried to noise and back.
    await canvas.hover({ position: { x: 260, y: 260 } });
    await page.mouse.down();
    for (const [x, y] of [[320, 300], [380, 280], [440, 330]] as const) await canvas.hover({ position: { x, y } });
    await page.mouse.up();
    await eventually(() => clear.isEnabled()).toBe(true);
    for (const label of ["Velocity field", "Ways of some particles", "Exact log-density"]) await page.getByLabel(label).check({ force: true });
    await page.locator(".scale", { hasText: /nats$/ }).waitFor();
    await page.getByLabel(/^Time t/).fill("0.5");
    await eventually(() => page.locator(".time-value").innerText()).toBe("t = 0.50");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("solvers", () => {
  it("are measured one by one", async () => {
    const { page, complaints } = await openStudio(browser, `${served.plain}#chapter=solve&solver=rk4&solverSteps=5`);
    await eventually(() => figure(page, "solve", "Evaluations")).toBe(20);
    await page.getByLabel("Dopri5", { exact: true }).check({ force: true });
    await page.getByText(/\d+ rejected/).waitFor();
    await page.getByRole("button", { name: "Measure all solvers" }).click();
    await eventually(() => page.locator(".pen-7 circle").count()).toBe(6);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("files", () => {
  it("give the same model back", async () => {
    const { page, complaints } = await openStudio(browser, `${served.plain}#width=16&depth=1&path=cosine&batch=32&particles=200`);
    await trainFor(page, 500);
    const text = await page.getByText(/Held-out points: /).innerText();
    await chapter(page, "Keep");
    const weights = join(folder, "kept.safetensors");
    copyFileSync(await saved(page, "Save weights"), weights);
    const field = join(folder, "kept.onnx");
    copyFileSync(await saved(page, "Save field as ONNX"), field);
    expect(readFileSync(await saved(page, "Save as PNG")).subarray(1, 4).toString()).toBe("PNG");
    expect(readFileSync(await saved(page, "Save as SVG"), "utf8")).toMatch(/^<svg .*<circle/s);
    await page.context().close();

    const other = await openStudio(browser, `${served.plain}#chapter=keep`);
    await other.page.getByLabel("Open a model").setInputFiles(weights);
    await other.page.getByText(/kept\.safetensors: the model after 500 steps/).waitFor();
    await other.page.getByLabel("Open a model").setInputFiles(field);
    await other.page.getByText(/kept\.onnx: its field is shown/).waitFor();
    // The model's particles and the field's, from the same noise: a hundredth of a pixel is what the files write.
    await other.page.getByLabel(/^Time t/).fill("1");
    const particles = async (which: number): Promise<number[]> => {
      const [download] = await Promise.all([other.page.waitForEvent("download"), other.page.getByRole("button", { name: "Save this picture as SVG" }).nth(which).click()]);
      const picture = readFileSync(await download.path(), "utf8").split("<g ").at(-1)!;
      return [...picture.matchAll(/c[xy]="([^"]+)"/g)].map(([, value]) => Number(value));
    };
    const fields = await particles(1);
    expect(fields.length).toBeGreaterThan(100);
    await eventually(async () => {
      const own = await particles(0);
      return own.length === fields.length ? Math.max(...fields.map((value, i) => Math.abs(value - own[i]!))) : Infinity;
    }).toBeLessThan(0.5);
    await chapter(other.page, "Flow");
    await other.page.getByRole("button", { name: "Measure held-out points" }).click();
    await chapter(other.page, "Train");
    expect(await other.page.getByText(/Held-out points: /).innerText()).toBe(text);
    expect([...complaints, ...other.complaints]).toEqual([]);
    await other.page.context().close();
  });

  it("are refused by name where they are foreign", async () => {
    const program = trace("other", { y: input(["batch", 3]) }, ({ y }) => ({ z: mul(y, constant(2)) }));
    const files = { "foreign.onnx": lower(program), "broken.onnx": Uint8Array.of(1, 2, 3), "broken.safetensors": Uint8Array.of(1, 2, 3), "notes.txt": Uint8Array.of(65) };
    const { page } = await openStudio(browser, `${served.plain}#chapter=keep`);
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(folder, name), bytes);
      await page.getByLabel("Open a model").setInputFiles(join(folder, name));
      await page.getByRole("alert").filter({ hasText: `${name}: expected` }).waitFor();
    }
    await page.context().close();
  });
});

describe("runs of the command line", () => {
  /** Fresh weights, a little moved: those of a U-Net start as a field that is zero everywhere. */
  function weightsOf(model: Model): Params<HostTensor> {
    const fresh = flattenValues(model.parameters, initParameters(model, Key.from(1)));
    const noise = normal(Key.from(2), new Float32Array(fresh.length));
    return unflattenValues(model.parameters, fresh.map((value, i) => value + 0.02 * noise[i]!));
  }

  /** Writes the files of a run. */
  function writeRun(name: string, model: Model, options: object, transform: object): string[] {
    const directory = join(folder, name);
    mkdirSync(directory);
    const record = { format: "fluxion-run", version: 1, options, model: model.config, path: { kind: "ot", sigmaMin: 1e-4 }, transform, versions: {} };
    writeFileSync(join(directory, "options.json"), JSON.stringify(record));
    writeFileSync(join(directory, "weights.safetensors"), encodeSafetensors(weightsOf(model), { step: "7" }));
    return ["options.json", "weights.safetensors"].map((file) => join(directory, file));
  }

  it("draw images, by class where they have them", async () => {
    const model = unet({ image: [1, 8, 8], channels: 8, groups: 4, classes: 3, patch: 1 });
    const files = writeRun("images", model, { data: "mnist" }, { kind: "images8bit" });
    const { page, complaints } = await openStudio(browser, `${served.plain}#chapter=images&imageCount=4&imageSteps=4`);
    await page.getByLabel("Choose files").setInputFiles(files);
    await page.getByRole("img", { name: /^4 images/ }).waitFor();
    await page.getByText("8 × 8", { exact: true }).waitFor();
    const pixels = (): Promise<string> => page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    for (const change of [() => page.getByRole("radio", { name: "2" }).check({ force: true }), () => page.getByLabel(/^Guidance/).fill("2")]) {
      const before = await pixels();
      await change();
      await eventually(pixels).not.toBe(before);
    }
    expect(await page.locator(".figure", { hasText: "Evaluations" }).locator("dd").innerText()).toBe("8");
    expect(await page.getByRole("alert").allInnerTexts()).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("of points open as a model, on the run's own data", async () => {
    const transform = { kind: "standardize", mean: [0, 0], std: [1, 1] };
    const files = writeRun("points", mlp({ dimension: 2, width: 32, depth: 2 }), { data: "rings", points: 500, seed: 4 }, transform);
    const { page, complaints } = await openStudio(browser, `${served.plain}#chapter=images`);
    await page.getByLabel("Choose files").setInputFiles(files);
    await eventually(() => page.url()).toMatch(/data=rings&setSize=500&seed=4.*width=32/);
    await page.getByRole("button", { name: "Measure held-out points" }).click();
    await eventually(() => figure(page, "likelihood-0", "Negative")).toBeGreaterThan(0);
    // The very transform and split of the run: 50 points are held out, and every one counts.
    const runtime = await nodeRuntime({ threads: 1 });
    const problem = { ...pretrainedProblem, data: { kind: "set", name: "rings", count: 500 }, width: 32, depth: 2, seed: 4 } as const;
    const { tensors } = decodeSafetensors(readFileSync(files[1]!));
    const lab = await createLab(runtime, problem);
    const params = flattenValues(lab.parts.model.parameters, tensors);
    lab.restore({ step: 7, params, m: params, v: params, ema: params });
    expect(await figure(page, "likelihood-0", "Negative")).toBeCloseTo((await lab.likelihood(1000)).nll, 2);
    await lab.dispose();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("open by themselves where the command serves them", async () => {
    const model = unet({ image: [1, 8, 8], channels: 8, groups: 4, patch: 1 });
    writeRun("mine", model, { data: "mnist" }, { kind: "images8bit" });
    const { page, complaints } = await openStudio(browser, served.plain);
    await page.route("**/run/*", (route) => route.fulfill({ path: join(folder, "mine", basename(route.request().url())) }));
    await page.goto(`${served.plain}?run=mine#chapter=data&imageCount=4&imageSteps=2`);
    await page.getByRole("img", { name: /^4 images/ }).waitFor();
    expect(await page.locator(".figure", { hasText: "Run" }).locator("dd").innerText()).toBe("mine");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are refused by name where they are none, or hold what the page cannot make", async () => {
    const { page } = await openStudio(browser, `${served.plain}#chapter=images`);
    const choose = async (files: readonly string[], words: RegExp): Promise<void> => {
      await page.getByLabel("Choose files").setInputFiles([...files]);
      await page.getByRole("alert").filter({ hasText: words }).waitFor();
    };
    const own = writeRun("own", mlp({ dimension: 2, width: 32, depth: 2 }), { data: "C:\\mine.csv", seed: 0 }, { kind: "identity" });
    await choose(own, /run: expected a run of images or of a built-in set of points, got one of mine\.csv/);
    await choose(own.slice(0, 1), /expected options\.json and weights\.safetensors, got options\.json/);
    writeFileSync(own[0]!, "{}");
    await choose(own, /expected the record of a Fluxion run/);
    await page.context().close();
  });
});

describe("a lost worker", () => {
  it("is replaced, and its model goes on where it was", async () => {
    const { page } = await openStudio(browser, `${served.plain}#width=16&depth=1&batch=32&particles=200`);
    await trainFor(page, 500);
    const worker = page.workers()[0]!;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("out of memory");
      });
    });
    await eventually(() => page.workers()[0] !== worker && page.workers().length).toBe(1);
    await page.locator(".engine.is-ready").waitFor();
    await eventually(() => figure(page, "progress-0", "Step")).toBe(500);
    await chapter(page, "Flow");
    await page.getByRole("button", { name: "Measure held-out points" }).click();
    await eventually(() => figure(page, "likelihood-0", "Negative")).toBeGreaterThan(0);
    await page.context().close();
  });
});
