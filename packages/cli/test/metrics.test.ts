import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeModel } from "@fluxion/graph";
import { beforeAll, describe, expect, it } from "vitest";
import { writeBars } from "./bars.ts";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();
const [data, net, cache] = ["bars", "features.onnx", "cache"].map((name) => join(directory, name)) as [string, string, string];
const [pictures, points] = ["pictures", "points"].map((name) => join(directory, name)) as [string, string];

beforeAll(async () => {
  mkdirSync(data);
  writeBars(data, "train", 240);
  writeBars(data, "t10k", 120);
  const runs = await Promise.all([
    fluxion("train", data, "--steps", "4", "--batch", "8", "--channels", "8", "--out", pictures),
    fluxion("train", "moons", "--steps", "200", "--width", "16", "--depth", "1", "--points", "2000", "--out", points),
  ]);
  expect(runs.map(({ stderr }) => stderr)).toEqual(["", ""]);
});

describe("fluxion features, then fluxion metrics", () => {
  it("trains a network whose file says what it is", async () => {
    const { code, stdout, stderr } = await fluxion("features", data, "--steps", "80", "--features", "6", "--batch", "16", "--out", net);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/240 images of 3 classes, [\d,]+ parameters, 6 features, batch 16\n[\d.]+ ms a step, 80 steps: about /);
    expect(Number(/test accuracy ([\d.]+) %/.exec(stdout)?.[1])).toBeGreaterThan(90);
    const { metadata, opsets } = describeModel(readFileSync(net));
    expect(metadata).toMatchObject({ "fluxion.range": "0 255", "fluxion.data": data, "fluxion.steps": "80", "fluxion.seed": "0" });
    expect(Object.keys(opsets)).toEqual(["ai.onnx"]);
  });

  it("measures images, says what with, keeps the reference, and repeats itself", async () => {
    const measure = (...more: string[]) => fluxion("metrics", pictures, "--features", net, "--samples", "40", "--solver", "euler", "--steps", "3", "--cache", cache, ...more);
    const first = await measure();
    expect(first.stderr).toBe("");
    expect(first.stdout).toMatch(/features\.onnx: 1×12×12, pixels to \[0, 255\], bilinear with antialiasing; generated images are rounded down to bytes/);
    expect(first.stdout).toMatch(/reference: 120 test images of .*, now in .*\.safetensors\n40 samples by euler: about .* at 3 NFE\ndrawn in .*: 3 NFE, seed 0\n/);
    for (const label of ["FID", "KID", "IS", "precision", "recall"]) expect(first.stdout).toMatch(new RegExp(`^ {2}${label} +-?\\d+\\.\\d{4}`, "m"));
    const again = await measure("--json");
    expect(again.stderr).toMatch(/from .*\.safetensors/);
    const json = JSON.parse(again.stdout) as Record<string, number>;
    expect(json).toMatchObject({ samples: 40, reference: "test", referenceImages: 120, nfe: 3, seed: 0, solver: "euler", network: "features.onnx" });
    expect(first.stdout).toContain(`FID        ${json["fid"]!.toFixed(4)}`);
    // Noise is far from the data, which are at no distance from their own kind.
    expect(json["fid"]).toBeGreaterThan(0.1);
    expect(JSON.parse(readFileSync(join(pictures, "metrics.json"), "utf8"))).toEqual(json);
    // Training images are of the same kind as test images: far below noise, and what the column says.
    expect(json["fidFloor"]).toBeLessThan(0.2 * json["fid"]!);
    expect(json["recallFloor"]).toBeGreaterThan(0.5);
    expect(first.stdout).toContain("data: as many train images against the same reference\n");
    expect(first.stdout).toContain(`FID        ${json["fid"]!.toFixed(4)}   data ${json["fidFloor"]!.toFixed(4)}   (6 features`);
    const train = JSON.parse((await measure("--reference", "train", "--json")).stdout) as Record<string, number>;
    expect(train).toMatchObject({ reference: "train", referenceImages: 240 });
    expect(train["fidFloor"]).toBeLessThan(0.2 * train["fid"]!);
    // The test split has no 130 images to stand beside as many samples.
    const many = JSON.parse((await measure("--reference", "train", "--json", "--samples", "130")).stdout) as Record<string, number>;
    expect(many["fidFloor"]).toBeUndefined();
    const alone = join(data, "t10k-images-idx3-ubyte");
    renameSync(alone, join(directory, "aside"));
    const without = await measure("--reference", "train", "--json");
    renameSync(join(directory, "aside"), alone);
    expect(without.code).toBe(0);
    expect(without.stderr).toMatch(/no floor: .*bars: expected t10k-images-idx3-ubyte/);
  });

  it("measures refined images against those that they are of", async () => {
    for (const [name, flags] of [["flow", []], ["regression", ["--objective", "restoration"]]] as const) {
      const run = join(directory, name);
      expect((await fluxion("train", data, "--super-resolution", "2", ...flags, "--steps", "4", "--batch", "8", "--channels", "8", "--out", run)).stderr).toBe("");
      const { stdout, stderr } = await fluxion("metrics", run, "--features", net, "--samples", "130", "--solver", "euler", "--steps", "3", "--cache", cache);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^ {2}PSNR +[\d.]+ ± [\d.]+ +\(against the test images of the conditions, standard error over images\)\n {2}SSIM +-?[\d.]+ ± /m);
      const scores = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Record<string, number>;
      // 130 samples of 120 test images: the conditions begin anew, and what they are measured against does too.
      expect(scores["psnr"]).toBeGreaterThan(3);
      expect(scores["psnr"]).toBeLessThan(40);
      expect(scores["psnrError"]).toBeGreaterThan(0);
      expect(scores["ssim"]).toBeLessThan(1);
    }
    expect(JSON.parse(readFileSync(join(pictures, "metrics.json"), "utf8"))).not.toHaveProperty("psnr");
  }, 120_000);

  it("measures points, beside the data's distance from itself", async () => {
    const { stdout, stderr } = await fluxion("metrics", points, "--samples", "100", "--json");
    expect(stderr).toMatch(/100 samples by dopri5: about .* at 60 NFE\ndrawn in .*\d NFE, seed 0\n100 samples against as many of 200 held-out points, and held-out points against others/);
    const json = JSON.parse(stdout) as Record<string, number>;
    for (const name of ["slicedWasserstein", "energyDistance", "kernelDiscrepancy", "exactWasserstein"]) {
      expect(json[name]).toBeGreaterThan(0);
      expect(json[`${name}Floor`]).toBeGreaterThan(0);
    }
    expect(json).toMatchObject({ samples: 100, count: 100, heldOut: 200, seed: 0 });
    expect(json["straightness"]).toBeGreaterThan(0);
    expect(json["transportCost"]).toBeGreaterThan(0);
    expect(existsSync(join(points, "metrics.json"))).toBe(true);
  });

  const bare = join(directory, "bare");
  it.each<readonly [string, () => readonly string[], RegExp]>([
    ["images without a network", () => ["metrics", pictures], /--features: expected the ONNX file of a feature network, got none; make one with "fluxion features mnist/],
    ["a network for points", () => ["metrics", points, "--features", net], /--features: expected only for images/],
    ["too few samples", () => ["metrics", pictures, "--features", net, "--samples", "19", "--cache", cache], /imageMetrics: samples: expected at least 20 for 6 features, got 19/],
    ["a missing network", () => ["metrics", pictures, "--features", join(directory, "no.onnx")], /no\.onnx: expected a file, got nothing there/],
    ["a network that is none", () => ["metrics", pictures, "--features", join(data, "t10k-labels-idx1-ubyte")], /expected an ONNX model/],
    ["a bad range", () => ["metrics", pictures, "--features", net, "--range", "1"], /--range.*expected two numbers, such as -1,1/s],
    ["a file that is no .onnx", () => ["features", data, "--out", "x.bin"], /--out: expected a name that ends in \.onnx, got "x\.bin"/],
    [
      "images without labels",
      () => {
        mkdirSync(bare, { recursive: true });
        writeFileSync(join(bare, "train-images-idx3-ubyte"), readFileSync(join(data, "train-images-idx3-ubyte")));
        rmSync(join(bare, "train-labels-idx1-ubyte"), { force: true });
        return ["features", bare, "--out", net];
      },
      /bare: expected labels beside the train images, such as train-labels-idx1-ubyte, got none/,
    ],
  ])("refuses %s", async (_name, args, message) => {
    const { code, stderr } = await fluxion(...args());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).not.toBe(0);
  });
});
