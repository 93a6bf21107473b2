import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
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

interface Result {
  readonly claims: readonly { readonly claim: string; readonly holds?: boolean; readonly evidence: string }[];
  readonly data: unknown;
}

const resultOf = (study: string, name: string): Result => JSON.parse(readFileSync(join(study, name, "result.json"), "utf8")) as Result;

describe("fluxion reproduce", () => {
  it("lists the experiments", async () => {
    const { stdout, code } = await fluxion("reproduce");
    expect(code).toBe(0);
    for (const name of ["figure2", "figure3", "figure4", "figure5", "figure6", "figure7", "figure10", "table1", "maximum-likelihood"]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} +(Figure|Table|Section)`, "m"));
    }
  });

  it("finds an experiment by all that it shows, and says what it would cost", async () => {
    for (const [name, paper] of [["figure9", "Figures 4 and 9"], ["table4", "Tables 1 and 4"], ["table2", "Table 2"]] as const) {
      const { stdout, stderr, code } = await fluxion("reproduce", name, "--out", join(directory, `plan-${name}`), "--dry-run");
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toContain(`${paper}: `);
      expect(stdout).toMatch(/\d methods to train, .*; measuring about \d/);
    }
  }, 60_000);

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
  }, 60_000);

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
    expect(resultOf(study, "maximum-likelihood").claims).toHaveLength(2);
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
    // Experiments of one study share what is trained; each trains only what it shows.
    const plan = await fluxion("reproduce", "figure5", "--out", study, "--dry-run");
    expect(plan.stdout).toMatch(/2 methods to train/);
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
