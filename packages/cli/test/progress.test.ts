import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { startProgress } from "../src/progress.ts";

/** What a progress shows of steps, on a terminal or elsewhere. */
function shown(isTTY: boolean, total: number, done: number, updates: readonly number[]): string {
  let text = "";
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 40, cursorTo: () => true, clearLine: () => true, clearScreenDown: () => true, moveCursor: () => true });
  stream.on("data", (data: Buffer) => (text += data.toString()));
  let clock = 0;
  const progress = startProgress({ total, done, stream: stream as unknown as NodeJS.WriteStream, now: () => (clock += 1000) });
  for (const at of updates) progress.update(at, { loss: "1.5" });
  progress.stop();
  return text;
}

describe.each([true, false])("progress, terminal: %s", (isTTY) => {
  it("never goes back, keeps its total and ends at 100%", () => {
    const text = shown(isTTY, 200, 0, [20, 60, 40, 100, 150, 500, 200]);
    const steps = [...text.matchAll(/step (\d+)\/(\d+)/g)].map(([, at, total]) => [Number(at), Number(total)] as const);
    expect(steps.length).toBeGreaterThan(1);
    steps.forEach(([at, total], i) => {
      expect(total).toBe(200);
      expect(at).toBeGreaterThanOrEqual(steps[i - 1]?.[0] ?? 0);
    });
    expect(steps.at(-1)?.[0]).toBe(200);
    expect(text).toMatch(/100%[^%]*$/);
    expect(text).toContain("loss 1.5");
  });

  it("begins where a resumed run is", () => {
    const text = shown(isTTY, 100, 50, [60, 80, 100]);
    expect(text).not.toMatch(/step [1-4]\d\/100/);
    expect(text).toMatch(/s left|ms left/);
  });
});
