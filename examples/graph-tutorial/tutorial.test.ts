import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Key } from "fluxion";
import { hostTensor, loadProgram, lower, saveProgram } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { beforeAll, describe, expect, it } from "vitest";
import { accuracy, classifier } from "./classifier.ts";
import { imageSize, loadDigits } from "./digits.ts";
import type { Digits } from "./digits.ts";
import { logisticClassifier, trainLogistic } from "./logistic.ts";
import { train } from "./training.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");

/** The code blocks of a page in one of some languages. */
const blocks = (page: string, languages: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`(?:${languages})\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code]) => (code ?? "").trimEnd());

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Small parts of the data: what is tested is that it learns, not how far. */
const part = ({ pixels, labels }: Digits, count: number): Digits => ({ pixels: pixels.subarray(0, count * imageSize), labels: labels.subarray(0, count) });
const [training, test] = [part(loadDigits("train"), 5_000), part(loadDigits("test"), 500)];

describe("the page", () => {
  const page = read("docs", "graph", "tutorial.md");
  const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith(".test.ts"));

  it.each(blocks(page, "ts|python").map((code) => [code.split("\n")[0], code] as const))("shows code of the example: %s", (_, code) => {
    expect(files.some((name) => read("examples", "graph-tutorial", name).includes(code))).toBe(true);
  });

  it("shows something of every file but the one that reads data", () => {
    const shown = blocks(page, "ts|python");
    const unseen = files.filter((name) => !shown.some((code) => read("examples", "graph-tutorial", name).includes(code)));
    expect(unseen).toEqual(["digits.ts"]);
  });
});

it("learns by logistic regression", async () => {
  const runtime = await nodeRuntime({ threads: 1 });
  const trained = await trainLogistic(runtime, training, { steps: 200, batch: 32, key: Key.from(1) });
  expect(trained.losses[0]).toBeCloseTo(Math.log(10), 4);
  expect(mean(trained.losses.slice(-20))).toBeLessThan(0.6 * Math.log(10));
  expect(await accuracy(runtime, logisticClassifier(trained), test)).toBeGreaterThan(0.75);
});

describe("the convolutional network", () => {
  const options = { steps: 150, chunk: 10, batch: 16, rate: 0.05, key: Key.from(1) };
  let trained: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => { trained = await train(await nodeRuntime({ threads: 1 }), training, options); });

  it("learns", async () => {
    expect(trained.losses).toHaveLength(options.steps);
    expect(mean(trained.losses.slice(-10))).toBeLessThan(0.5 * mean(trained.losses.slice(0, 5)));
    expect(await accuracy(await nodeRuntime({ threads: 1 }), classifier(trained.parameters), test)).toBeGreaterThan(0.75);
  });

  it("comes back from its file as it was", async () => {
    const program = classifier(trained.parameters);
    const loaded = loadProgram(saveProgram(program));
    const images = hostTensor(test.pixels.subarray(0, 20 * imageSize), [20, 1, 28, 28], "uint8");
    const runtime = await nodeRuntime({ threads: 1 });
    const results = await Promise.all([program, loaded].map(async (each) => (await runtime.compile(each)).run({ images })));
    expect(results[1]).toEqual(results[0]);
  });

  const python = process.env["FLUXION_PYTHON"];
  it.skipIf(python === undefined)("says the same in Python (skipped unless FLUXION_PYTHON names a Python with onnxruntime)", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fluxion-tutorial-"));
    try {
      const program = classifier(trained.parameters);
      const pixels = test.pixels.subarray(0, 20 * imageSize);
      writeFileSync(join(folder, "digits.onnx"), lower(program, { target: "portable" }));
      writeFileSync(join(folder, "images.bin"), pixels);
      const script = join(import.meta.dirname, "predict.py");
      const output = execFileSync(python ?? "", [script, join(folder, "digits.onnx"), join(folder, "images.bin")], { encoding: "utf8" });
      const theirs = JSON.parse(output) as { readonly probabilities: number[][]; readonly digit: number[] };
      const ours = await (await (await nodeRuntime({ threads: 1 })).compile(program)).run({ images: hostTensor(pixels, [20, 1, 28, 28], "uint8") });
      expect(theirs.digit).toEqual(Array.from(ours["digit"]?.data ?? [], Number));
      theirs.probabilities.flat().forEach((p, i) => { expect(p).toBeCloseTo(Number(ours["probabilities"]?.data[i]), 5); });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
