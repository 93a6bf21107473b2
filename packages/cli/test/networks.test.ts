import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseNpy } from "fluxion";
import { describe, expect, it } from "vitest";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();

/** Writes a data set of grey images `side` pixels wide, as IDX files with labels. */
function imageSet(name: string, side: number, count = 8): string {
  const path = join(directory, name);
  mkdirSync(path);
  for (const part of ["train", "t10k"]) {
    const header = (dims: readonly number[]) => Buffer.from([0, 0, 8, dims.length, ...dims.flatMap((n) => [0, 0, n >> 8, n & 255])]);
    const pixels = Buffer.from(Array.from({ length: count * side * side }, (_, i) => (i * 37) % 256));
    writeFileSync(join(path, `${part}-images-idx3-ubyte`), Buffer.concat([header([count, side, side]), pixels]));
    const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 3));
    writeFileSync(join(path, `${part}-labels-idx1-ubyte`), Buffer.concat([header([count]), labels]));
  }
  return path;
}

interface Plan {
  readonly options: Readonly<Record<string, unknown>>;
  readonly model: Readonly<Record<string, unknown>>;
  readonly parameters: number;
}

const plan = async (...args: readonly string[]): Promise<Plan> => {
  const { stdout, stderr } = await fluxion("train", ...args, "--dry-run");
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Plan;
};

describe("networks by name", () => {
  const images = imageSet("32", 32);

  it("plans a preset, with the size of the images from the data, under what else is given", async () => {
    const { options, model, parameters } = await plan(images, "--preset", "cifar10");
    expect(options).toMatchObject({ preset: "cifar10", steps: 391_000, batch: 256, learningRate: 5e-4, warmup: 45_000, ema: 0.9999 });
    expect(model).toMatchObject({ kind: "adm", image: [1, 32, 32], channels: 256, headChannels: 64, scaleShift: true });
    // One channel of pixels where CIFAR-10 has three: 171,268,099 less 2·(2·9·256) weights and two biases.
    expect(parameters).toBe(171_268_099 - 2 * 2 * 9 * 256 - 2);
    const other = await plan(images, "--preset", "imagenet32", "--minutes", "5", "--scale-shift", "false", "--blocks", "1");
    expect(other.options).toMatchObject({ minutes: 5, batch: 1024, blocks: 1, scaleShift: false });
    expect(other.options["steps"]).toBeUndefined();
    expect(other.model).toMatchObject({ blocks: 1, scaleShift: false, residualResample: true });
  }, 60_000);

  it("plans a DiT by size, and by its parts", async () => {
    expect((await plan(images, "--model", "dit", "--size", "B/4")).model).toEqual({
      kind: "dit", image: [1, 32, 32], width: 768, depth: 12, heads: 12, patch: 4,
    });
    expect((await plan(images, "--model", "dit", "--depth", "2")).model).toEqual({
      kind: "dit", image: [1, 32, 32], width: 128, depth: 2, heads: 4, patch: 4,
    });
  }, 60_000);

  // A resumed run would otherwise take up the pace of a later version.
  it("writes down the pace that nobody named", async () => {
    expect((await plan(images, "--model", "unet")).options).toMatchObject({ batch: 32, learningRate: 3e-3 });
    expect((await plan(images, "--model", "dit", "--batch", "8")).options).toMatchObject({ batch: 8, learningRate: 1e-3 });
  }, 60_000);

  it.each([
    ["a preset that there is none of", ["--preset", "mnist"], /preset: expected one of cifar10, imagenet32, .*got "mnist"/],
    ["a network that there is none of", ["--model", "mlp"], /model: .*got "mlp"/],
    ["an option of another network", ["--model", "dit", "--channels", "8"], /channels: expected only for unet or adm, got it for .* with dit/],
    ["a flag that is neither true nor false", ["--model", "adm", "--scale-shift", "yes"], /scaleShift: .*got "yes"/],
    [
      "images too small for the network's depth",
      ["--multiples", "1,1,1,1,1,1"],
      /unet: image: expected sides of at least 64 pixels \(patch 2, halved 5 times\), got 32×32, too small for the network; use fewer multiples/,
    ],
    ["a DiT's size and its parts", ["--model", "dit", "--size", "S/2", "--depth", "3"], /dit: size: expected it alone, got also depth/],
  ])("refuses %s", async (_, flags, message) => {
    const { code, stderr } = await fluxion("train", images, ...flags, "--dry-run");
    expect(stderr).toMatch(message);
    expect(code).not.toBe(0);
  });

  it("refuses a network of images for points", async () => {
    expect((await fluxion("train", "moons", "--model", "dit", "--dry-run")).stderr).toMatch(/model: expected only for images, got dit for moons/);
  });
});

describe("conditions", () => {
  const images = imageSet("8", 8);
  const unlabelled = imageSet("unlabelled", 8);
  for (const part of ["train", "t10k"]) rmSync(join(unlabelled, `${part}-labels-idx1-ubyte`));
  const tiny = ["--channels", "4", "--multiples", "1", "--steps", "2", "--batch", "4", "--warmup", "0"];
  const train = async (name: string, ...flags: readonly string[]): Promise<string> => {
    const out = join(directory, name);
    const { code, stderr } = await fluxion("train", images, ...tiny, ...flags, "--out", out);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return out;
  };
  const drawn = async (run: string, ...flags: readonly string[]): Promise<readonly number[]> => {
    const file = join(directory, "drawn.npy");
    const { code, stderr } = await fluxion("sample", run, "-n", "4", "--out", file, ...flags);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { data, shape } = parseNpy(readFileSync(file));
    expect(shape).toEqual([4, 1, 8, 8]);
    return Array.from(data, Number);
  };

  it("trains on labels, and samples a class, guided or not", async () => {
    // Blocks start as their skips: labels matter from the third step.
    const run = await train("classes", "--classes", "--label-dropout", "0.2", "--accumulate", "2", "--steps", "6", "--learning-rate", "0.1");
    const euler = ["--solver", "euler", "--steps", "2"];
    const one = await drawn(run, "--label", "1", ...euler);
    expect(await drawn(run, "--label", "1", "--guidance", "1", ...euler)).toEqual(one);
    expect(await drawn(run, "--label", "1", "--guidance", "3", "--guidance-interval", "0.1,0.9", ...euler)).not.toEqual(one);
    const { stderr } = await fluxion("sample", run, "--label", "4", "--out", join(directory, "x.png"));
    expect(stderr).toMatch(/labels: expected classes from 0 to 2 \(or 3 for none in particular\), got 4/);
    const exact = await fluxion("evaluate", run, "--nll-images", "2", "--nll-k", "2", "--divergence", "exact", ...euler, "--json");
    expect(exact.code).toBe(0);
    expect(JSON.parse(exact.stdout)).toMatchObject({ images: 2, divergence: "exact", probes: 0, kind: "a bound" });
    expect(exact.stderr).toMatch(/nats an image: a bound \(exact divergence, K = 2, spread/);
    // What an image shows is never guessed.
    const evaluated = () => fluxion("evaluate", run, "--nll-images", "2", "--solver", "euler", "--steps", "2");
    const labels = join(images, "t10k-labels-idx1-ubyte");
    const whole = readFileSync(labels);
    writeFileSync(labels, whole.map((byte, i) => (i === whole.length - 8 + 1 ? 3 : byte)));
    expect((await evaluated()).stderr).toMatch(/labels: expected classes from 0 to 2 of the test images of .*, got 3 for image 1; correct the label/);
    rmSync(labels);
    expect((await evaluated()).stderr).toMatch(/labels: expected a label beside every test image of .*, got none; put their file there/);
    writeFileSync(labels, whole);
  }, 120_000);

  it("refines images of low resolution, by a flow and by the regression", async () => {
    const flow = await train("refined", "--super-resolution", "2");
    expect((await drawn(flow, "--solver", "euler", "--steps", "2")).every(Number.isFinite)).toBe(true);
    const regression = await train("restored", "--super-resolution", "2", "--objective", "restoration");
    expect(await drawn(regression, "--seed", "1")).toEqual(await drawn(regression, "--seed", "2"));
    expect((await fluxion("evaluate", regression)).stderr).toMatch(/expected a run with a likelihood, got a regression/);
  }, 120_000);

  it.each([
    ["classes of points", ["train", "moons", "--classes"], /classes: expected only for images with labels, got them for moons/],
    ["classes of images without labels", ["train", unlabelled, "--classes"], /classes: expected labels beside the images of .*, got none; put their file there, or leave --classes out/],
    ["a factor that does not divide", ["train", images, "--super-resolution", "3"], /superResolution: expected a divisor of the sides 8×8, got 3/],
    ["parts that do not divide a batch", ["train", images, ...tiny, "--accumulate", "3"], /accumulate: expected a divisor of the batch size 4, got 3/],
    ["a regression without smaller images", ["train", images, "--objective", "restoration"], /expected restoration with --super-resolution/],
  ])("refuses %s", async (_, args, message) => {
    const { code, stderr } = await fluxion(...args, "--out", join(directory, "refused"));
    expect(stderr).toMatch(message);
    expect(code).not.toBe(0);
  });
});
