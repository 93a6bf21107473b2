import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Key, mlp, normal, trainingPoints } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { agreement, LeftOut } from "./case.ts";
import type { BenchCase, Context } from "./case.ts";
import { measureDuel } from "./duel.ts";
import { filled, nameIn, readPage, resultsNamed } from "./docs/page.ts";
import { tables } from "./docs/tables.ts";
import { parseFlags } from "./flags.ts";
import { interleave, ratioOf, timed } from "./interleave.ts";
import { processes } from "./launch.ts";
import { describeMachine } from "./machine.ts";
import { measureCase } from "./measure.ts";
import type { Settings } from "./measure.ts";
import { allCases } from "./registry.ts";
import { kept, others, readReport } from "./report.ts";
import type { Report } from "./report.ts";
import type { Rival } from "./rival.ts";
import { runBench } from "./run.ts";
import { dopri5, measureSolve, solvers } from "./solving.ts";
import type { BenchSolver } from "./solving.ts";
import { relativeDistance, summarize } from "./statistics.ts";
import { renderReport, summary } from "./table.ts";
import { freshFlow } from "./trained-flow.ts";
import { measureTraining } from "./training.ts";

const nowhere = { python: undefined, peers: undefined, chromium: undefined };
const flags = { only: /^(train-mlp-64|call-overhead)$/, rounds: 2, quick: true, limit: 20, threads: "one" } as const;

/** A directory that goes with the test. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a run without rivals", () => {
  it("measures our side and says that the rivals are missing", async () => {
    const seen: string[] = [];
    const onResult = ({ name }: { readonly name: string }): void => void seen.push(name);
    const report = JSON.parse(JSON.stringify(await runBench({ flags, places: nowhere, launch: measureCase, onResult }))) as Report;
    expect(report).toMatchObject({ format: "fluxion-bench", version: 2, complete: true, rounds: 2, quick: true, limitSeconds: 20 });
    expect(report.rivals).toMatchObject({ pytorch: "missing", "jax-js": "missing", "tfjs-cpu": "missing" });
    expect(report.machine.node).toBe(process.versions.node);
    const [training, overhead] = report.results;
    expect(overhead).toMatchObject({ name: "call-overhead", threads: 1, rivals: {}, unit: "µs" });
    expect(typeof overhead?.met).toBe("boolean");
    expect(training).toMatchObject({ name: "train-mlp-64", rivals: { pytorch: "missing", "pytorch-compile": "missing" }, details: { batch: 256 } });
    expect(training).not.toHaveProperty("met");
    expect(training?.ratios).toEqual({});
    for (const result of report.results) {
      expect(result).not.toHaveProperty("error");
      for (const { values, median } of Object.values(result.figures ?? {})) {
        expect(values).toHaveLength(2);
        expect(median).toBeGreaterThan(0);
      }
    }
    expect(Object.keys(training?.figures ?? {})).toEqual(["fluxion", "createTrainer"]);
    expect(renderReport(report)).toMatch(/PyTorch: missing[\s\S]*train-mlp-64 .*steps\/s.*missing/);
    expect(seen).toEqual(["train-mlp-64", "call-overhead"]);
  }, 60_000);

  it("refuses patterns without a case, and a Python that is none", async () => {
    const run = (only: RegExp, python?: string) => runBench({ flags: { ...flags, only }, places: { ...nowhere, python }, launch: measureCase });
    await expect(run(/nonsense/)).rejects.toThrow(/matches a case \(.*train-unet-28.*\), got \/nonsense\//);
    await expect(run(flags.only, "no-such-python")).rejects.toThrow(/FLUXION_BENCH_PYTHON: expected a Python.*no-such-python/);
    // Node is no Python, but starts.
    await expect(run(flags.only, process.execPath)).rejects.toThrow(/FLUXION_BENCH_PYTHON: expected a Python/);
  });

  it("refuses a directory without the peers", () =>
    inFolder(async (peers) => {
      writeFileSync(join(peers, "package.json"), "{}");
      const run = runBench({ flags, places: { ...nowhere, peers }, launch: measureCase });
      await expect(run).rejects.toThrow(/FLUXION_BENCH_PEERS: expected a directory with jax-js in its node_modules: .*@jax-js\/jax/);
    }));

  it("measures in a process of its own", () =>
    inFolder(async (shared) => {
      const launch = processes(["--conditions=fluxion-source", "--import", "tsx"]);
      const found = allCases.find(({ name }) => name === "call-overhead");
      const settings: Settings = { threads: 1, places: nowhere, rounds: 2, seconds: 0.01, limit: 20, quick: true, shared };
      const result = await launch(found!, settings);
      expect(result).toMatchObject({ name: "call-overhead", threads: 1 });
      expect(result.figures?.["fluxion"]?.values).toHaveLength(2);
      // A process that ends without a word is a line of the results.
      const silent = await processes(["--no-such-option"])(found!, settings);
      expect(silent.error).toMatch(/ended without a result: .*no-such-option/);
    }), 60_000);
});

describe("what cannot be measured", () => {
  const settings: Settings = { threads: 1, places: nowhere, rounds: 1, seconds: 0.01, limit: 1, quick: true, shared: "" };
  const failing = (error: Error): BenchCase => ({
    name: "fails",
    what: "",
    unit: "s",
    rivals: ["pytorch"],
    threads: "one",
    measure: () => Promise.reject(error),
  });

  it("is a line of the results, that says whether it failed or was left out", async () => {
    const failed = await measureCase(failing(new Error("broken")), settings);
    expect(failed).toMatchObject({ error: "broken", rivals: { pytorch: "missing" } });
    const left = await measureCase(failing(new LeftOut("too long")), settings);
    expect(left).toMatchObject({ leftOut: "too long" });
    expect(left).not.toHaveProperty("error");
    expect(summary(left)).toMatch(/fails \(1\): left out: too long/);
  });

  it("is tried again by --resume, or some by --renew, while the rest is kept", () =>
    inFolder((folder) => {
      const file = join(folder, "before.json");
      const head = { format: "fluxion-bench", version: 2, machine: describeMachine(), rivals: {}, rounds: 1, secondsPerTurn: 1, limitSeconds: 1, quick: true } as const;
      const line = { threads: 1, what: "", unit: "s", rivals: {} };
      const report: Report = { ...head, complete: false, results: [{ ...line, name: "done" }, { ...line, name: "broke", error: "broken" }] };
      writeFileSync(file, JSON.stringify(report));
      expect(kept(file, head).map(({ name }) => name)).toEqual(["done"]);
      expect(kept(join(folder, "none.json"), head)).toEqual([]);
      const other = { ...head, machine: { ...head.machine, commit: "other" } };
      expect(() => kept(file, other)).toThrow(/--resume: expected results of the same commit \(other\)/);
      expect(() => others(file, { ...other, machine: { ...other.machine, cpu: "another" } }, { only: /broke/ })).toThrow(/--renew: expected results of the same CPU \(another\)/);
      const commit = head.machine.commit;
      expect(others(file, other, { only: /broke/ })).toEqual([{ ...line, name: "done", commit }]);
      // At the other number of threads it stays.
      expect(others(file, other, { only: /done/, threads: "one" }).map(({ name }) => name)).toEqual(["broke"]);
      expect(others(file, other, { only: /done/, threads: "all" }).map(({ name }) => name)).toEqual(["done", "broke"]);
      writeFileSync(file, "{}");
      expect(() => readReport(file)).toThrow(/expected results of this version/);
      return Promise.resolve();
    }));
});

describe("a solve that is too long for the limit", () => {
  const settings: Settings = { threads: 1, places: nowhere, rounds: 1, seconds: 0.001, limit: 20, quick: true, shared: "" };
  const measured = (solver: BenchSolver, limit: (perEvaluation: number) => number) =>
    measureCase({
      name: "long",
      what: "",
      unit: "solves/s",
      rivals: [],
      threads: "one",
      measure: async (context) => {
        const flow = freshFlow(context, mlp({ dimension: 8, width: 64 }));
        const decode = (): Promise<unknown> => flow.decode(normal(Key.from(1), 8 * 16), { solver: "midpoint", steps: 50 });
        await decode();
        const perEvaluation = (await timed(1, decode)) / 100;
        return measureSolve({ flow, count: 16, solver, rivals: [] }, { ...context, limit: limit(perEvaluation) });
      },
    }, settings);
  const hundred = solvers.find(({ name }) => name === "midpoint-100")!;

  it("is measured over fewer steps of its grid", async () => {
    const { details, figures, error } = await measured(hundred, (each) => 4 * 300 * each);
    expect(error).toBeUndefined();
    expect(details).toMatchObject({ nfe: 200 });
    expect(details?.["evaluationsMeasured"]).toBeGreaterThanOrEqual(2);
    expect(details?.["evaluationsMeasured"]).toBeLessThan(200);
    const whole = await measured(hundred, () => 1000);
    expect(whole.details).not.toHaveProperty("evaluationsMeasured");
    // As if all steps had been done: the same number but for the cost of a call, and what else the machine does.
    expect(figures!["fluxion"]!.median / whole.figures!["fluxion"]!.median).toBeGreaterThan(0.02);
    expect(figures!["fluxion"]!.median / whole.figures!["fluxion"]!.median).toBeLessThan(20);
  });

  it("is left out where not even a step fits, or it is adaptive", async () => {
    expect((await measured(hundred, (each) => each / 100)).leftOut).toMatch(/^a step would take about .* \(2 evaluations of 16 examples\)/);
    expect((await measured(dopri5, (each) => 4 * 10 * each)).leftOut).toMatch(/^a solve would take about .* \(40 evaluations of 16 examples\)/);
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
      ask: () => Promise.resolve({}),
      close: () => undefined,
    };
    await inFolder(async (folder) => {
      const rivals = { places: nowhere, start: () => Promise.resolve(rival), closeAll: () => undefined };
      const runtime = await nodeRuntime({ threads: 1 });
      const context: Context = { runtime, threads: 1, rivals, rounds: 1, seconds: 0.001, limit: 20, quick: true, folder, shared: folder };
      const task = { model, data, batch: 8, chunk: 2, checkedCalls: 2, trainer: true, rivals: ["pytorch", "jax-js"] } as const;
      const { ratios, agreements, figures, failures } = await measureTraining(task, context);
      expect(ratios).toEqual({});
      expect(agreements).toMatchObject({ pytorch: { agrees: false }, "jax-js": { agrees: false } });
      expect(failures).toEqual({});
      expect(Object.keys(figures)).toEqual(["fluxion", "createTrainer", "pytorch", "jax-js"]);
    });
  });

  it("gets no figures where it fails while it is measured", async () => {
    let calls = 0;
    const rival: Rival = {
      about: {},
      setup: () => Promise.resolve(),
      run: () => (++calls > 2 ? Promise.reject(new Error("lost")) : Promise.resolve({ seconds: 0.01 })),
      result: () => Promise.resolve(new Float32Array(1)),
      ask: () => Promise.resolve({}),
      close: () => undefined,
    };
    const rivals = { places: nowhere, start: () => Promise.resolve(rival), closeAll: () => undefined };
    const context = { threads: 1, rivals, rounds: 3, seconds: 0.01, limit: 20 } as unknown as Context;
    const ours = [{ name: "fluxion", units: 1, run: () => Promise.resolve(0.01) }];
    const duel = { rivals: ["pytorch"], ours, request: {}, check: () => Promise.resolve([]), started: performance.now(), details: {} } as const;
    const { figures, ratios, failures } = await measureDuel(context, duel);
    expect(Object.keys(figures)).toEqual(["fluxion"]);
    expect(figures["fluxion"]?.values).toHaveLength(3);
    expect(ratios).toEqual({});
    expect(failures).toEqual({ pytorch: "lost" });
  });

  it("does not agree by giving no numbers", () => {
    expect(agreement([{ what: "", distance: NaN, tolerance: 1 }]).agrees).toBe(false);
    expect(relativeDistance(new Float32Array(2), new Float32Array(3))).toBe(Infinity);
    expect(relativeDistance(Float32Array.of(1, 2), Float32Array.of(1, 3), Float32Array.of(1, 1))).toBe(0.5);
  });
});

describe("turns", () => {
  const side = (name: string, seconds: number, order: string[]) => ({
    name,
    units: 10,
    run: (turns: number) => {
      order.push(name);
      return Promise.resolve(turns * seconds);
    },
  });

  it("are taken each first in turn; medians, quartiles, and ratios round by round", async () => {
    expect(summarize([4, 1, 3, 2])).toMatchObject({ median: 2.5, quartiles: [1.75, 3.25] });
    expect(() => summarize([])).toThrow(/at least one measurement/);
    const order: string[] = [];
    const rates = await interleave([side("a", 0.1, order), side("b", 0.2, order)], { rounds: 2, seconds: 1 });
    expect(order.slice(4)).toEqual(["a", "b", "b", "a"]);
    expect(rates["a"]?.values).toEqual([100, 100]);
    expect(ratioOf(rates["a"], rates["b"])?.values).toEqual([2, 2]);
  });

  it("that are long are not repeated to warm up, and count themselves where time is short", async () => {
    const order: string[] = [];
    const rates = await interleave([side("a", 4, order), side("b", 2, order)], { rounds: 5, seconds: 1, budget: 3 });
    expect(order).toEqual(["a", "b"]);
    expect(rates["a"]?.values).toEqual([2.5]);
    expect(ratioOf(rates["a"], rates["b"])?.values).toEqual([0.5]);
  });
});

describe("docs/performance.md", () => {
  it("has the tables that its results give", () => {
    const text = readPage();
    const name = nameIn(text);
    expect(filled(text, name, readReport(resultsNamed(name)))).toBe(text);
  });

  it("has every table, and figures that are there", () => {
    const text = readPage();
    for (const table of Object.keys(tables)) expect(text).toContain(`<!-- table ${table} -->`);
    const images = [...text.matchAll(/\]\((images\/[^)]+)\)/g)].map(([, path]) => path!);
    expect(images.length).toBeGreaterThan(3);
    for (const path of images) expect(existsSync(new URL(`../docs/${path}`, import.meta.url)), path).toBe(true);
  });

  it("refuses tables that are unknown", () => {
    const report = readReport(resultsNamed(nameIn(readPage())));
    expect(() => filled("<!-- table nonsense -->\n\n<!-- end -->", "x", report)).toThrow(/expected a table \(machine.*got "nonsense"/);
    expect(() => nameIn("")).toThrow(/<!-- results NAME -->/);
  });
});

it("names every case once", () => {
  const names = allCases.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it("reads flags and refuses bad ones", () => {
  expect(parseFlags([])).toMatchObject({ rounds: 7, limit: 30, quick: false, resume: false, only: undefined });
  expect(parseFlags(["--quick", "--only", "mlp", "--rounds", "3"])).toMatchObject({ rounds: 3, quick: true, only: /mlp/ });
  expect(() => parseFlags(["--round", "3"])).toThrow(/--round/);
  expect(() => parseFlags(["stray"])).toThrow(/stray/);
  expect(() => parseFlags(["--rounds", "0"])).toThrow(/--rounds: expected a whole number from 1, got "0"/);
  expect(() => parseFlags(["--limit", "0"])).toThrow(/--limit: expected seconds above 0, got "0"/);
  expect(() => parseFlags(["--limit", "no"])).toThrow(/--limit/);
  expect(() => parseFlags(["--threads", "2"])).toThrow(/--threads: expected one or all, got "2"/);
  expect(() => parseFlags(["--document"])).toThrow(/--document: expected --name/);
  expect(() => parseFlags(["--renew", "--name", "x"])).toThrow(/--renew: expected --only with the cases/);
  expect(parseFlags(["--renew", "--name", "x", "--only", "mlp"])).toMatchObject({ renew: true });
  expect(() => parseFlags(["--only", "("])).toThrow(/--only: expected a regular expression/);
  expect(() => parseFlags(["--name", "../x"])).toThrow(/--name/);
});
