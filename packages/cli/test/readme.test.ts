import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, start } from "./harness.ts";

it("runs the README's example as it stands there", async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
  expect(example.trim().split("\n").filter((line) => line !== "").length).toBeLessThan(20);
  // Inside the repository, where the packages are found.
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const file = join(root, ".tmp", "readme.ts");
  writeFileSync(file, example);
  const { code, stdout, stderr } = await start(file, []).done;
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const [, nll, entropy] = /NLL (\S+) nats, entropy (\S+)/.exec(stdout) ?? [];
  expect(stdout).toMatch(/^1000 samples, \d+ NFE/);
  expect(Number(nll) - Number(entropy)).toBeLessThan(0.3);
}, 60_000);
