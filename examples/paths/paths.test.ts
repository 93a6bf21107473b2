/** @file What docs/paths.md shows is what runs and what it prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { evaluationsRow } from "./schedule-change.ts";

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, ...path), "utf8");
const page = read("..", "..", "docs", "paths.md");

it("runs the code of the page", async () => {
  const code = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
  expect(code).toHaveLength(3);
  for (const block of code) expect(read("own.ts")).toContain(block);
  const log = vi.spyOn(console, "log").mockReturnValue();
  await import("./own.ts");
  const [[schedule, ratio, time], [interval, priorStd, cut]] = log.mock.calls as [unknown[], unknown[]];
  expect(schedule).toEqual({ alpha: 0.25, sigma: expect.closeTo(0.75025, 12) as number, dAlpha: 1, dSigma: -0.999 });
  expect(ratio).toBeCloseTo((0.25 / 0.75025) ** 2, 12);
  expect(time).toBeCloseTo(Math.sqrt(1 / 1.999), 12);
  for (const number of [...(interval as number[]), priorStd as number]) expect(page).toContain(`${String(number).slice(0, 6)}…`);
  expect(cut).toEqual({ from: { start: 0, end: 0 }, to: { start: expect.closeTo(0.0909, 4) as number, end: expect.closeTo(0.0098, 4) as number } });
  log.mockRestore();
});

it("has the evaluations that the program counts", async () => {
  expect(page).toContain(await evaluationsRow("VE"));
});
