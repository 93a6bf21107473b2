import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scaleFor } from "../src/reproduce/scales.ts";
import { writeBars } from "./bars.ts";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();

/** A data set of pictures with bars. */
function bars(name: string, side: number): string {
  const data = join(directory, name);
  mkdirSync(data);
  writeBars(data, "train", 200, side);
  writeBars(data, "t10k", 100, side);
  return data;
}

/** A study of the smallest networks that will do: one that exists goes on at its own scale. */
function tinyStudy(name: string, data: string, scale: { readonly options: Readonly<Record<string, unknown>>; readonly measure: Readonly<Record<string, number>> }): string {
  const study = join(directory, name);
  mkdirSync(study);
  const options = { channels: 4, multiples: [1], blocks: 1, patch: 4, batch: 8, ...scale.options };
  writeFileSync(join(study, "study.json"), `${JSON.stringify({ data, seed: 0, minutesPerMethod: 0.02, stepsPerMethod: 20, snapshots: 2, options, measure: scale.measure }, null, 2)}\n`);
  return study;
}

interface Result {
  readonly claims: readonly { readonly claim: string; readonly criterion: string; readonly holds?: boolean; readonly verdict: string; readonly evidence: string }[];
  readonly tables: readonly { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }[];
  readonly data: unknown;
}

const resultOf = (study: string, name: string): Result => JSON.parse(readFileSync(join(study, name, "result.json"), "utf8")) as Result;

/** Runs an experiment of a study to its report. */
async function redone(study: string, name: string): Promise<Result> {
  const { stdout, stderr, code } = await fluxion("reproduce", name, "--out", study);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const result = resultOf(study, name);
  for (const { claim, criterion, verdict } of result.claims) {
    expect(criterion, claim).not.toBe("");
    expect(stdout).toContain(`${verdict === "does not hold" ? "DOES NOT HOLD" : verdict}: ${claim}`);
  }
  return result;
}

/** All numbers of a measurement, however deep. */
const numbersOf = (data: unknown): readonly number[] =>
  typeof data === "number" ? [data] : data !== null && typeof data === "object" ? Object.values(data).flatMap(numbersOf) : data === null ? [NaN] : [];

describe("fluxion reproduce", () => {
  it("lists the experiments", async () => {
    const { stdout, code } = await fluxion("reproduce");
    expect(code).toBe(0);
    for (const name of ["figure2", "figure3", "figure4", "figure5", "figure6", "figure7", "figure10", "table1", "table2", "maximum-likelihood"]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} +(Figure|Table|Section)`, "m"));
    }
  });

  it("finds an experiment by all that it shows, and says what it would cost", async () => {
    for (const [name, paper] of [["figure9", "Figures 4 and 9"], ["table4", "Tables 1 and 4"], ["table2", "Table 2"]] as const) {
      const { stdout, stderr, code } = await fluxion("reproduce", name, "--out", join(directory, `plan-${name}`), "--dry-run");
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toContain(`${paper}: `);
      expect(stdout).toMatch(/\d methods to train, about .*; measuring about \d.*; about \d.* in all; it can be stopped/);
    }
  }, 180_000);

  it("redoes closed-form figures, whose claims hold", async () => {
    for (const name of ["figure2", "figure3"]) {
      const study = join(directory, name);
      const { stdout, stderr, code } = await fluxion("reproduce", name, "--out", study);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toMatch(/holds: /);
      for (const file of [`${name}.png`, `${name}.svg`, "report.html", "README.md", "result.json"]) {
        expect(existsSync(join(study, name, file)), file).toBe(true);
      }
      expect(resultOf(study, name).claims.every(({ holds }) => holds === true)).toBe(true);
    }
  }, 180_000);

  it("trains five methods in the plane, goes on where it was, and keeps to its scale", async () => {
    const study = join(directory, "points");
    const plan = await fluxion("reproduce", "figure4", "--budget", "0.03", "--out", study, "--dry-run");
    expect(plan.stdout).toMatch(/5 methods to train, .*measuring about/);
    const first = await fluxion("reproduce", "figure4", "--out", study);
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    const { data, claims } = resultOf(study, "figure4");
    expect(claims).toHaveLength(4);
    const found = (data as { methods: { nll: number; nfe: number; few: number[] }[] }).methods;
    expect(found).toHaveLength(5);
    for (const { nll, nfe, few } of found) {
      expect(Number.isFinite(nll)).toBe(true);
      expect(nfe).toBeGreaterThan(6);
      expect(few.every((distance) => distance > 0)).toBe(true);
    }
    const weights = join(study, "runs", "ddpm", "weights.safetensors");
    const trainedAt = statSync(weights).mtimeMs;
    const again = await fluxion("reproduce", "figure4", "--out", study);
    expect(again.stdout).not.toMatch(/methods to train/);
    expect(statSync(weights).mtimeMs).toBe(trainedAt);
    expect(resultOf(study, "figure4").data).toEqual(data);
    const likely = await fluxion("reproduce", "maximum-likelihood", "--out", study);
    expect(likely.stderr).toBe("");
    expect(likely.stdout).toMatch(/1 methods? to train/);
    expect(resultOf(study, "maximum-likelihood").claims).toHaveLength(3);
    const other = await fluxion("reproduce", "figure4", "--budget", "5", "--out", study);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/expected a study of this scale, got one of another/);
  }, 600_000);

  it("takes pictures of other sizes as they are", async () => {
    const asIs = await fluxion("reproduce", "table1", "--data", bars("bars-32", 32), "--out", join(directory, "plan-32"), "--dry-run");
    expect(asIs.stderr).toBe("");
    expect(asIs.stdout).toMatch(/5 methods to train, .*; measuring about \d/);
    const study = join(directory, "images");
    const { stderr, code } = await fluxion("reproduce", "figure6", "--data", bars("bars-16", 16), "--budget", "0.02", "--samples", "70", "--nll-k", "2", "--out", study);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const scale = JSON.parse(readFileSync(join(study, "study.json"), "utf8")) as { options: Record<string, unknown>; measure: Record<string, number> };
    expect(scale.options["pool"]).toBeUndefined();
    expect(scale.measure).toMatchObject({ samples: 70, snapshotSamples: 70, nllImages: 80, nllK: 2 });
    expect(existsSync(join(study, "figure6", "figure6-fm-ot.png"))).toBe(true);
    const { tables, claims } = resultOf(study, "figure6");
    expect(claims).toHaveLength(1);
    expect(tables[0]?.rows.map((row) => [row[1], row.at(-1)])).toEqual(Array.from({ length: 4 }, () => ["1.00", "0.00"]));
    // Experiments of one study share what is trained; each trains only what it shows.
    const plan = await fluxion("reproduce", "figure5", "--out", study, "--dry-run");
    expect(plan.stdout).toMatch(/2 methods to train/);
  }, 600_000);

  it("redoes what pictures measure, by five methods that are trained once", async () => {
    const study = tinyStudy("images-tiny", bars("bars-12", 12), {
      options: {},
      measure: { samples: 70, snapshotSamples: 70, nllImages: 6, nllK: 3, featureSteps: 100 },
    });
    const table = await redone(study, "table1");
    expect(table.claims).toHaveLength(3);
    const { methods } = table.data as { methods: readonly { likelihood: { bits: number[]; spread: number }; quality: { frechet: number; kernel: number; nfe: number } }[] };
    expect(methods).toHaveLength(5);
    for (const { likelihood, quality } of methods) {
      expect(numbersOf([likelihood, quality]).every(Number.isFinite)).toBe(true);
      // More copies lower the number, but in expectation: the first copy of an image may be a lucky one, by as much as copies differ.
      expect(likelihood.bits).toHaveLength(3);
      expect(likelihood.spread).toBeGreaterThan(0);
      expect(likelihood.bits[0]).toBeGreaterThanOrEqual((likelihood.bits[2] ?? NaN) - likelihood.spread);
    }
    const [one, four] = table.tables;
    const training = table.tables.at(-1);
    expect(training?.columns).toEqual(["method", "path", "objective", "steps", "parameters", "batch", "learning rate", "time"]);
    expect(training?.rows.map(([method, path, objective, steps, , batch]) => [method, path, objective, steps, batch])).toEqual([
      ["DDPM", "vp", "noise", "20", "8"],
      ["Score Matching", "vp", "score", "20", "8"],
      ["ScoreFlow", "vp", "score-flow", "20", "8"],
      ["FM w/ Diffusion", "vp", "velocity", "20", "8"],
      ["FM w/ OT", "ot", "velocity", "20", "8"],
    ]);
    for (const row of training?.rows ?? []) expect([row[4], row[6], row[7]]).toEqual([expect.stringMatching(/^[\d,]+$/), "0.003", expect.stringMatching(/\d (s|ms|min)/)]);
    const readme = readFileSync(join(study, "table1", "README.md"), "utf8");
    expect(readme).toMatch(/^- \*\*data\*\*: .*bars-12\n- \*\*seed\*\*: 0\n- \*\*training in this call\*\*: .*\n- \*\*measuring in this call\*\*: .* \(predicted: .*\)$/m);
    expect(one?.columns).toEqual(expect.arrayContaining(["bits/dim", "Fréchet", "kernel (KID)", "NFE", "paper: NLL", "paper: FID", "paper: NFE"]));
    expect(one?.rows).toHaveLength(6);
    expect(one?.rows[4]).toEqual(expect.arrayContaining(["FM w/ OT", "2.99", "6.35", "142"]));
    expect(four?.columns).toEqual(expect.arrayContaining(["K = 1", "K = 2", "K = 3", "paper: K = 1", "paper: K = 20", "paper: K = 50"]));
    expect(four?.rows[4]?.slice(-3)).toEqual(["3.11", "3.01", "2.99"]);

    const trained = statSync(join(study, "runs", "ddpm", "weights.safetensors")).mtimeMs;
    const five = await redone(study, "figure5");
    expect(five.claims).toHaveLength(2);
    const ten = await redone(study, "figure10");
    expect(ten.claims).toHaveLength(2);
    for (const { data } of [five, ten]) {
      const { curves } = data as { curves: readonly { points: readonly { x: number; y: number }[] }[] };
      expect(curves.map(({ points }) => points.map(({ x }) => x))).toEqual(Array.from({ length: 5 }, () => [10, 20]));
      expect(numbersOf(curves).every(Number.isFinite)).toBe(true);
    }
    const seven = await redone(study, "figure7");
    expect(seven.claims).toHaveLength(2);
    const { errors, panels } = seven.data as { errors: unknown[]; panels: readonly { curves: readonly { points: unknown[] }[] }[] };
    expect(errors).toHaveLength(3);
    expect(panels.map(({ curves }) => curves.map(({ points }) => points.length))).toEqual(Array.from({ length: 3 }, () => [7, 7, 7]));
    expect(numbersOf([errors, panels]).every(Number.isFinite)).toBe(true);
    expect(seven.tables.map(({ title }) => title)).toEqual(expect.arrayContaining(["Error by NFE (midpoint)", "Fréchet distance by NFE"]));
    for (const [{ tables }, title] of [[five, /Figure 5: FID/], [seven, /Figure 7 left/], [seven, /Figure 7 right/]] as const) {
      const table = tables.find((each) => title.test(each.title));
      expect(table?.rows.map((row) => row.length)).toEqual(table?.rows.map(() => table.columns.length));
      expect(table?.rows.length).toBeGreaterThan(2);
    }
    expect(statSync(join(study, "runs", "ddpm", "weights.safetensors")).mtimeMs).toBe(trained);
    // What is there is predicted to take nothing.
    for (const name of ["table1", "figure7"]) {
      expect((await fluxion("reproduce", name, "--out", study, "--dry-run")).stdout).toMatch(/images-tiny: measuring about 0 ms; it can be stopped/);
    }
  }, 600_000);

  it("redoes super-resolution by a flow and by the regression", async () => {
    const study = tinyStudy("super-tiny", bars("bars-24", 24), { options: { superResolution: 2 }, measure: { samples: 70, featureSteps: 100 } });
    const { claims, tables, data } = await redone(study, "table2");
    expect(claims).toHaveLength(2);
    const { rows } = data as { rows: readonly { label: string; scores: Record<string, number> }[] };
    expect(rows.map(({ label }) => label)).toEqual(["Reference", "Regression", "FM w/ OT"]);
    for (const { scores } of rows.slice(1)) expect(numbersOf(scores).every(Number.isFinite)).toBe(true);
    expect(tables[0]?.columns).toEqual(expect.arrayContaining(["Fréchet", "IS", "PSNR", "SSIM", "paper: FID", "paper: IS", "paper: PSNR", "paper: SSIM"]));
    expect(tables[0]?.rows[2]).toEqual(expect.arrayContaining(["FM w/ OT", "3.4", "200.8", "24.7", "0.747"]));
    expect(tables[0]?.rows[3]).toEqual(["SR3", "–", "–", "–", "–", "–", "5.2", "180.1", "26.4", "0.762"]);
  }, 600_000);

  it("plans the network and the steps of a preset, or its network for a time", async () => {
    const data = join(directory, "bars-32");
    const whole = await scaleFor("images", { data, preset: "cifar10" }, "table1");
    expect(whole).toMatchObject({ stepsPerMethod: 391_000, options: { preset: "cifar10" }, measure: { samples: 2000, nllImages: 200, nllK: 5 } });
    expect(Object.keys(whole.options)).toEqual(["preset"]);
    expect(await scaleFor("images", { data, preset: "cifar10", budget: 600 }, "table1")).not.toHaveProperty("stepsPerMethod");
    expect((await scaleFor("images", {}, "table1")).options).toMatchObject({ pool: 2, channels: 24 });
    expect((await scaleFor("images", { pool: 1 }, "table1")).options).toMatchObject({ pool: 1 });
    expect((await scaleFor("super-resolution", {}, "table2")).options).not.toHaveProperty("pool");
  });

  it.each([
    ["an unknown experiment", ["figure99"], /reproduce: expected one of figure2, .*, got "figure99"/],
    ["a budget of nothing", ["figure4", "--budget", "0"], /--budget: expected minutes above 0, got 0/],
    ["a preset for points", ["figure4", "--preset", "cifar10"], /--preset: expected only for experiments of images, super-resolution, got it for figure4, of points; leave it out/],
    ["likelihoods of super-resolution", ["table2", "--nll-k", "5", "--nll-images", "10"], /--nll-images, --nll-k: expected only for experiments of images, got it for table2, of super-resolution/],
    ["a size of a closed form", ["figure2", "--samples", "100"], /--samples: expected only for .*, got it for figure2, a closed form/],
    ["a preset that there is none of", ["table1", "--preset", "mnist"], /--preset: expected one of cifar10, .*, got "mnist"/],
    ["fewer samples than features", ["table1", "--samples", "64"], /--samples: expected at least 65, more than a study's features, got 64/],
    ["points as pictures", ["table1", "--data", "moons"], /--data: expected images, as for fluxion train, got "moons"/],
  ])("refuses %s", async (_, args, message) => {
    const { stderr, code } = await fluxion("reproduce", ...args, "--out", join(directory, "refused"));
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
