import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Key, mlp, normal, trainingPoints } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { agreement } from "./case.ts";
import type { Context } from "./case.ts";
import { parseFlags } from "./flags.ts";
import { interleave, ratioOf } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { runBench } from "./run.ts";
import type { Report } from "./run.ts";
import { relativeDistance, summarize } from "./statistics.ts";
import { renderReport } from "./table.ts";
import { trainingCase } from "./training.ts";

const quick = { only: /^(train-mlp-64|call-overhead)$/, rounds: 2, quick: true };

describe("a run without a rival", () => {
  it("measures our side and says that the rival is missing", async () => {
    const report = JSON.parse(JSON.stringify(await runBench(quick, undefined))) as Report;
    expect(report).toMatchObject({ format: "fluxion-bench", version: 1, rival: "missing", rounds: 2, quick: true });
    expect(report.machine).toMatchObject({ threads: 1, node: process.versions.node });
    const [overhead, training] = report.results;
    expect(overhead).toMatchObject({ name: "call-overhead", rival: "none", unit: "µs" });
    expect(typeof overhead?.met).toBe("boolean");
    expect(training).toMatchObject({ name: "train-mlp-64", rival: "missing", details: { batch: 256 } });
    expect(training).not.toHaveProperty("ratio");
    expect(training).not.toHaveProperty("met");
    for (const result of report.results) {
      expect(result).not.toHaveProperty("error");
      for (const { values, median } of Object.values(result.figures ?? {})) {
        expect(values).toHaveLength(2);
        expect(median).toBeGreaterThan(0);
      }
    }
    expect(Object.keys(training?.figures ?? {})).toEqual(["fluxion", "createTrainer"]);
    expect(renderReport(report)).toMatch(/rival: missing[\s\S]*train-mlp-64 .*steps\/s.*missing/);
  }, 30_000);

  it("refuses patterns without a case, and a Python that is none", async () => {
    await expect(runBench({ ...quick, only: /nonsense/ }, undefined)).rejects.toThrow(/matches a case \(.*train-unet.*\), got \/nonsense\//);
    await expect(runBench(quick, "no-such-python")).rejects.toThrow(/FLUXION_BENCH_PYTHON: expected a Python.*no-such-python/);
    // Node is no Python, but starts.
    await expect(runBench(quick, process.execPath)).rejects.toThrow(/FLUXION_BENCH_PYTHON: expected a Python/);
  });
});

describe("a rival that computes something else", () => {
  it("gets no ratio", async () => {
    const points = normal(Key.from(1), 200);
    const { training: data } = trainingPoints(points, [100, 2], { holdOutKey: Key.from(2) });
    const model = mlp({ dimension: 2, width: 4, depth: 1 });
    const rival: Rival = {
      about: {},
      setup: () => Promise.resolve(),
      run: (count) => Promise.resolve({ seconds: 1, losses: Array.from({ length: count }, () => 1) }),
      result: () => Promise.resolve(new Float32Array(1)),
      close: () => undefined,
    };
    const runtime = await nodeRuntime({ threads: 1 });
    const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-test-"));
    try {
      const context: Context = { runtime, rival, rounds: 1, seconds: 0.001, quick: true, folder };
      const task = { name: "tiny", what: "", target: { bound: "atLeast", value: 1 }, model, data, batch: 8, chunk: 2, checkedCalls: 2 } as const;
      const { ratio, agreement: outcome, figures } = await trainingCase(task).measure(context);
      expect(ratio).toBeUndefined();
      expect(outcome?.agrees).toBe(false);
      expect(Object.keys(figures)).toEqual(["fluxion", "createTrainer", "pytorch"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("does not agree by giving no numbers", () => {
    expect(agreement([{ what: "", distance: NaN, tolerance: 1 }]).agrees).toBe(false);
    expect(relativeDistance(new Float32Array(2), new Float32Array(3))).toBe(Infinity);
    expect(relativeDistance(Float32Array.of(1, 2), Float32Array.of(1, 3), Float32Array.of(1, 1))).toBe(0.5);
  });
});

it("takes medians and quartiles, and ratios round by round", async () => {
  expect(summarize([4, 1, 3, 2])).toMatchObject({ median: 2.5, quartiles: [1.75, 3.25] });
  expect(() => summarize([])).toThrow(/at least one measurement/);
  const order: string[] = [];
  const side = (name: string, seconds: number) => ({
    name,
    units: 10,
    run: (turns: number) => {
      order.push(name);
      return Promise.resolve(turns * seconds);
    },
  });
  const rates = await interleave([side("a", 0.1), side("b", 0.2)], { rounds: 2, seconds: 1 });
  expect(order.slice(4)).toEqual(["a", "b", "b", "a"]);
  expect(rates["a"]?.values).toEqual([100, 100]);
  expect(ratioOf(rates["a"], rates["b"])?.values).toEqual([2, 2]);
});

it("reads flags and refuses bad ones", () => {
  expect(parseFlags([])).toMatchObject({ rounds: 9, quick: false, only: undefined });
  expect(parseFlags(["--quick", "--only", "mlp", "--rounds", "3"])).toMatchObject({ rounds: 3, quick: true, only: /mlp/ });
  expect(() => parseFlags(["--round", "3"])).toThrow(/--round/);
  expect(() => parseFlags(["stray"])).toThrow(/stray/);
  expect(() => parseFlags(["--rounds", "0"])).toThrow(/--rounds: expected a whole number from 1, got "0"/);
  expect(() => parseFlags(["--only", "("])).toThrow(/--only: expected a regular expression/);
  expect(() => parseFlags(["--name", "../x"])).toThrow(/--name/);
});
