/** @file What the pages on the engine show is what runs and what it prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, "..", ...path), "utf8");

/** The code blocks of a page in a language. */
const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code]) => code?.trimEnd() ?? "");

const log = vi.spyOn(console, "log");
beforeEach(() => { log.mockReturnValue(); });
afterEach(() => { log.mockReset(); });

it("runs the example of the package's README", async () => {
  expect(blocks(read("packages", "graph", "README.md"), "ts")).toEqual([read("examples", "graph-readme.ts").trimEnd()]);
  await import("./graph-readme.ts");
  const [weights] = log.mock.calls[0] as [Float32Array];
  [3, -2, 1].forEach((value, i) => { expect(weights[i]).toBeCloseTo(value, 2); });
});

it("prints the graphs of the page on differentiation", async () => {
  const page = read("docs", "graph", "differentiation.md");
  const [code = "none"] = blocks(page, "ts");
  expect(read("examples", "graph-gradient.ts")).toContain(code);
  await import("./graph-gradient.ts");
  const printed = log.mock.calls.map(([text]) => String(text).split("\n").map((line) => line.trimEnd()).join("\n"));
  expect(blocks(page, "text")).toEqual(printed);
});
