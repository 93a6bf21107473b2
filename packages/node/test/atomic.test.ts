import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRun, openRun, writeAtomic } from "@fluxion/node";
import type { RunRecord } from "@fluxion/node";
import { afterAll, describe, expect, it } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "fluxion-atomic-"));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const record: RunRecord = {
  format: "fluxion-run",
  version: 1,
  options: {},
  model: {},
  path: {},
  transform: { kind: "identity" },
  threads: 1,
  device: "cpu",
  versions: {},
};

describe("writeAtomic", () => {
  it("replaces a file and leaves nothing else", () => {
    const path = join(directory, "a.txt");
    writeAtomic(path, "one");
    writeAtomic(path, new TextEncoder().encode("two"));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(directory)).toEqual(["a.txt"]);
  });

  it.runIf(process.platform === "linux")("keeps what was there when the disk is full", () => {
    const path = join(directory, "b.txt");
    writeFileSync(path, "the last good checkpoint");
    // Every write to /dev/full fails as on a full disk.
    symlinkSync("/dev/full", `${path}.${String(process.pid)}.tmp`);
    expect(() => {
      writeAtomic(path, "new");
    }).toThrow(/b\.txt: could not be written: ENOSPC.*kept; free space/s);
    expect(readFileSync(path, "utf8")).toBe("the last good checkpoint");
    expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

it.runIf(process.platform === "linux")("a run says which file a full disk cut short", () => {
  const run = createRun(join(directory, "run"), record);
  for (const [name, write] of [
    ["metrics.jsonl", () => { run.addMetric({ step: 1, loss: 1, gradientNorm: 1, stepsPerSecond: 1 }); }],
    ["log.txt", () => { run.log("a line"); }],
  ] as const) {
    symlinkSync("/dev/full", run.file(name));
    expect(write).toThrow(new RegExp(`${name}: could not be written: ENOSPC.*what is saved stays as it is; free space`, "s"));
  }
  expect(openRun(run.directory).record).toEqual(record);
});
