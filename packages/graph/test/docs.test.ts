/** @file The pages on ops name every op once, and nothing that does not exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exported, exportedOps } from "./exported.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = join(root, "docs", "graph", "ops");
const textsIn = (directory: string): { readonly name: string; readonly text: string }[] =>
  readdirSync(directory).map((name) => ({ name, text: readFileSync(join(directory, name), "utf8") }));
const pages = textsIn(folder);

/** All first groups of a pattern. */
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = ""]) => name);

/** The ops that a page describes stand in the first cells of its tables. */
const described = (text: string): string[] => found(text, /^\| `(\w+)\(/gm);

/** Arguments and options of ops, and the targets of lowering: what else may stand in code. */
const words = new Set([
  ...textsIn(join(root, "packages", "graph", "src", "ops")).flatMap(({ text }) => found(text, /\b(\w+)\??: /g)),
  "onnxruntime",
  "portable",
]);

it("describes every op once", () => {
  expect(pages.flatMap(({ text }) => described(text)).sort()).toEqual([...exportedOps].sort());
});

describe.each(pages)("$name", ({ text }) => {
  const code = found(text, /(```\w+\n[\s\S]*?```|`[^`\n]+`)/g);

  it("calls no function that does not exist", () => {
    const called = code.flatMap((part) => found(part, /(?<![\w.])([A-Za-z]\w*)\(/g));
    // The functions that an op is given.
    expect(called.filter((name) => !exported.includes(name) && !["body", "condition"].includes(name))).toEqual([]);
  });

  it("names nothing that does not exist", () => {
    const named = code.flatMap((part) => found(part, /^`([A-Za-z]\w*)`$/g));
    expect(named.filter((name) => !exported.includes(name) && !words.has(name))).toEqual([]);
  });

  it("has links that lead somewhere", () => {
    expect(found(text, /\]\(([^)#]+\.md)/g).filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });
});
