import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { experiments } from "../src/reproduce/registry.ts";
import { root } from "./harness.ts";

interface Result {
  readonly claims: readonly { readonly claim: string; readonly source: string; readonly holds?: boolean; readonly evidence: string }[];
}

const results = join(root, "docs", "results");
const words = (holds: boolean | undefined): string => (holds === undefined ? "undecided" : holds ? "holds" : "**does not hold**");

it("lists every claim of every report, with its verdict and its numbers", () => {
  const index = readFileSync(join(results, "README.md"), "utf8");
  const lines = index.split("\n").filter((line) => line.startsWith("|")).slice(2);
  const listed = lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const names = readdirSync(results).filter((name) => existsSync(join(results, name, "result.json")));
  expect([...names].sort()).toEqual(experiments.map(({ name }) => name).sort());
  const expected = experiments.flatMap(({ name }) => {
    const { claims } = JSON.parse(readFileSync(join(results, name, "result.json"), "utf8")) as Result;
    return claims.map(({ claim, source, holds, evidence }, i) => [i === 0 ? `[${name}](${name}/README.md)` : "", `${claim} (${source})`, words(holds), evidence.trim()]);
  });
  expect(listed).toEqual(expected);
});
