import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv, parseNpy } from "fluxion";
import { describe, expect, it } from "vitest";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();
const run = join(directory, "moons");

describe("a run of points, from training to measurement", () => {
  it("trains, reports and leaves everything behind", async () => {
    const { code, stdout, stderr } = await fluxion("train", "moons", "--steps", "600", "--width", "32", "--depth", "2", "--points", "5000", "--out", run);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/100% \| step 600\/600/);
    expect(stdout).toMatch(/gap\s+\d+\.\d+ ± \d\.\d+ nats/);
    for (const name of ["options.json", "metrics.jsonl", "weights.safetensors", "state.safetensors", "held-out.npy", "log.txt", "report.html", "samples.png", "density.png", "trajectories.png", "loss.png"]) {
      expect(existsSync(join(run, name)), name).toBe(true);
    }
    const page = readFileSync(join(run, "report.html"), "utf8");
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(page.match(/<(svg|img)/g)?.length).toBeGreaterThanOrEqual(4);
    expect(readdirSync(run).filter((name) => name.endsWith(".tmp") || name === "lock")).toEqual([]);
  }, 60_000);

  it("samples reproducibly to csv and npy, with fixed and adaptive solvers", async () => {
    const [csv, again, npy] = [join(directory, "a.csv"), join(directory, "b.csv"), join(directory, "c.npy")];
    const first = await fluxion("sample", run, "-n", "50", "--solver", "rk4", "--steps", "10", "--seed", "3", "--out", csv);
    expect(first.stdout).toMatch(/50 samples, rk4, 40 NFE/);
    await fluxion("sample", run, "-n", "50", "--solver", "rk4", "--steps", "10", "--seed", "3", "--out", again);
    await fluxion("sample", run, "-n", "50", "--rtol", "1e-4", "--atol", "1e-4", "--seed", "3", "--out", npy);
    expect(readFileSync(again, "utf8")).toBe(readFileSync(csv, "utf8"));
    const points = parseCsv(readFileSync(csv, "utf8"));
    const adaptive = parseNpy(readFileSync(npy));
    expect(points.shape).toEqual([50, 2]);
    expect(adaptive.shape).toEqual([50, 2]);
    points.data.forEach((value, i) => {
      expect(Math.abs(value - Number(adaptive.data[i]))).toBeLessThan(0.05);
    });
  }, 60_000);

  it("samples in half precision, near those of float32", async () => {
    const draw = async (name: string, ...more: string[]) => {
      const file = join(directory, name);
      expect(await fluxion("sample", run, "-n", "50", "--solver", "midpoint", "--steps", "5", "--out", file, ...more)).toMatchObject({ code: 0 });
      return parseNpy(readFileSync(file)).data as Float32Array;
    };
    const [single, half] = [await draw("single.npy"), await draw("half.npy", "--precision", "float16")];
    const off = Math.max(...Array.from(single, (value, i) => Math.abs(value - (half[i] ?? NaN))));
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(0.02);
  }, 60_000);

  it("samples along another path, and says what was cut", async () => {
    const files = ["own", "cosine", "vp"].map((name) => join(directory, `${name}.npy`)) as [string, string, string];
    const draw = (out: string, ...more: string[]) => fluxion("sample", run, "-n", "50", "--seed", "3", "--out", out, ...more);
    await draw(files[0]);
    const along = await draw(files[1], "--schedule", "cosine");
    expect(along.stderr).toBe("");
    // OT ends with σ = 1e-4, cosine with none.
    expect(along.stdout).toMatch(/^along cosine instead of ot: signal-to-noise ratios 0 to 100000000, which both have\n {2}left out of ot: nothing\n {2}left out of cosine: ratios 100000000 to (?:[\d.e+]+|Infinity) \(t from 0\.9999 to 1\)\n/);
    const [own, other] = files.map((file, i) => (i < 2 ? parseNpy(readFileSync(file)).data : []));
    Array.from(own as Float32Array).forEach((value, i) => {
      expect(Math.abs(value - Number(other![i]))).toBeLessThan(0.01);
    });
    // VP starts with a signal of 0.0066 times the noise and ends before OT.
    const cut = await draw(files[2], "--schedule", "vp");
    expect(cut.stdout).toMatch(/left out of ot: ratios 0 to 0\.0000\d+ \(t from 0 to 0\.00\d+\) and ratios [\d.e+]+ to 100000000 \(t from 0\.99\d+ to 1\)\n {2}left out of vp: nothing\n/);
    expect((await draw(files[2], "--schedule", "vp", "--beta-max", "10")).stdout).not.toBe(cut.stdout);
    expect((await draw(files[2], "--beta-max", "10")).stderr).toMatch(/--beta-max: expected only with --schedule, .* got it alone; name the path/);
    expect((await draw(files[2], "--schedule", "ot", "--beta-max", "10")).stderr).toMatch(/betaMax: expected only for path vp, got it for path ot/);
    const refused = await draw(files[2], "--schedule", "magic");
    expect(refused.stderr).toMatch(/--schedule.*Allowed choices are ot, vp, ve, cosine, polynomial, linear-vp/s);
  }, 60_000);

  it("evaluates and inspects as JSON", async () => {
    const evaluated = JSON.parse((await fluxion("evaluate", run, "--json")).stdout) as Record<string, number>;
    expect(evaluated["points"]).toBe(500);
    expect(evaluated["gap"]).toBeGreaterThan(-0.2);
    expect(evaluated["nfe"]).toBeGreaterThan(6);
    const estimated = await fluxion("evaluate", run, "--divergence", "hutchinson", "--probes", "4");
    expect(estimated.stdout).toMatch(/^NLL {2}[-\d.]+ ± [\d.]+ nats on 500 held-out points \(Hutchinson, 4 probes a point, \d+ NFE/);
    // 500 points with four probes each: the noise of the probes is far below the spread of the points.
    const { nll } = JSON.parse(readFileSync(join(run, "evaluation.json"), "utf8")) as { nll: number };
    expect(Math.abs(nll - (evaluated["nll"] ?? NaN))).toBeLessThan(0.3);
    const inspected = JSON.parse((await fluxion("inspect", run, "--json")).stdout) as Record<string, unknown>;
    expect(inspected).toMatchObject({ step: 600, steps: 600, options: { data: "moons", width: 32 } });
  }, 60_000);

  it("profiles a training step", async () => {
    const { code, stdout, stderr } = await fluxion("profile", run, "--repeats", "2", "--top", "5", "--nodes");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/training steps of mlp with [\d,]+ parameters, batch 256\n {2}step +[\d.]+ ms on 1 thread, /);
    expect(stdout).toMatch(/work +[\d.]+ MFLOP, [\d.]+ GFLOP\/s achieved/);
    expect(stdout).toMatch(/\d+ +gemm +float32\[256, 32\]/);
    expect(stdout).toMatch(/\nloss\S* +\d+ +[\d.]+ +[\d.]+%\n/);
    const json = JSON.parse((await fluxion("profile", run, "--json")).stdout) as { flops: number; parameters: number; stepMs: number; gflopsPerSecond: number; explanation: { totals: object }; profile: { runs: number; byScope: { share: number }[] } };
    // Two for each multiply-add of three products: forward, for the weights, and (but for the first layer) for the input.
    const products = 6 * 256 * json.parameters;
    expect(json.flops / products).toBeGreaterThan(0.7);
    expect(json.flops / products).toBeLessThan(1.5);
    expect(json.gflopsPerSecond).toBeCloseTo(json.flops / json.stepMs / 1e6, 6);
    expect(json.explanation.totals).toMatchObject({ flops: json.flops });
    expect(json.profile.runs).toBe(3);
    // The scan holds all but the copies of the state.
    expect(json.profile.byScope[0]?.share).toBeGreaterThan(0.2);
  }, 60_000);

  it("plans without doing", async () => {
    const out = join(directory, "planned");
    const { stdout } = await fluxion("train", "rings", "--steps", "5", "--dry-run", "--out", out);
    expect(JSON.parse(stdout)).toMatchObject({ options: { data: "rings", steps: 5, schedule: "polynomial" }, path: { kind: "ot" } });
    expect(existsSync(out)).toBe(false);
  });

  it("trains what --objective says, and samples from it", async () => {
    const out = join(directory, "noise");
    const train = await fluxion("train", "moons", "--steps", "300", "--width", "32", "--depth", "2", "--points", "3000", "--objective", "noise", "--prediction", "x1", "--times", "logit-normal", "--times-std", "1.5", "--weight", "min-snr", "--out", out);
    expect(train.stderr).toBe("");
    expect(train.code).toBe(0);
    const { stdout } = await fluxion("inspect", out, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      objective: { kind: "noise", prediction: "x1", times: { kind: "logit-normal", mean: 0, std: 1.5 }, weight: { kind: "min-snr", gamma: 5 } },
    });
    const csv = join(directory, "noise.csv");
    expect((await fluxion("sample", out, "-n", "20", "--out", csv)).code).toBe(0);
    const { data } = parseCsv(readFileSync(csv, "utf8"));
    expect(data.every((value) => Math.abs(value) < 10)).toBe(true);
  }, 60_000);

  it("reads a run older than objectives as one of the velocity", async () => {
    const file = join(run, "options.json");
    const record = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const { objective, ...older } = record;
    expect(objective).toEqual({ kind: "velocity", prediction: "velocity", times: { kind: "uniform" } });
    writeFileSync(file, JSON.stringify(older));
    const csv = join(directory, "older.csv");
    expect((await fluxion("sample", run, "-n", "50", "--solver", "rk4", "--steps", "10", "--seed", "3", "--out", csv)).code).toBe(0);
    expect(readFileSync(csv, "utf8")).toBe(readFileSync(join(directory, "a.csv"), "utf8"));
    expect((await fluxion("inspect", run)).stdout).toMatch(/objective +\{"kind":"velocity"/);
    writeFileSync(file, JSON.stringify(record));
  }, 60_000);

  it("trains points of one and of many dimensions from files", async () => {
    const one = join(directory, "one.csv");
    writeFileSync(one, Array.from({ length: 200 }, (_, i) => String(Math.sin(i))).join("\n"));
    const many = join(directory, "many.csv");
    writeFileSync(many, Array.from({ length: 60 }, (_, i) => Array.from({ length: 40 }, (__, j) => String(Math.sin(i * 40 + j))).join(",")).join("\n"));
    for (const file of [one, many]) {
      const { code, stdout, stderr } = await fluxion("train", file, "--steps", "20", "--width", "16", "--depth", "1", "--out", `${file}-run`);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toMatch(/NLL/);
    }
  }, 60_000);
});

describe("bad input", () => {
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const noImages = (): string => {
    mkdirSync(join(directory, "no-images"), { recursive: true });
    file(join("no-images", "notes.txt"), "none here");
    return join(directory, "no-images");
  };
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ["unknown data", () => ["train", "nonsense"], /data: expected checkerboard.*got "nonsense"/s],
    ["a missing file", () => ["train", join(directory, "none.csv")], /none\.csv: expected .*got (nothing|no such file)/s],
    ["ragged rows", () => ["train", file("ragged.csv", "1,2\n3\n")], /ragged\.csv: expected 2 columns.*line 2/s],
    ["words among numbers", () => ["train", file("words.csv", "1,2\n3,x\n")], /words\.csv: .*line 2, column 2/s],
    ["NaN in data", () => ["train", file("nan.csv", "1,2\nnan,4\n")], /nan\.csv: .*line 2, column 1/s],
    ["a truncated npy", () => ["train", file("cut.npy", "\x93NUMPY")], /cut\.npy: expected/],
    ["a directory without images", () => ["train", noImages()], /expected images in one of these forms, got none of them.*IDX: train-images-idx3-ubyte/s],
    ["an unknown flag", () => ["train", "moons", "--nonsense", "1"], /unknown option '--nonsense'/],
    ["a value out of range", () => ["train", "moons", "--width", "0"], /width: .*got 0/],
    ["both lengths", () => ["train", "moons", "--steps", "5", "--minutes", "1"], /steps and minutes: expected one/],
    ["an unknown objective", () => ["train", "moons", "--objective", "magic"], /objective: .*got "magic"/],
    ["a mean for uniform times", () => ["train", "moons", "--times-mean", "1"], /timesMean: expected only with --times logit-normal or edm, got --times uniform/],
    ["a gamma without its weight", () => ["train", "moons", "--weight", "cosmap", "--snr-gamma", "3"], /snrGamma: expected only with --weight min-snr, got --weight cosmap/],
    ["a solver for an objective that solves nothing", () => ["train", "moons", "--likelihood-steps", "4"], /likelihoodSteps: expected only with --objective likelihood, got --objective velocity/],
    ["times for the likelihood", () => ["train", "moons", "--objective", "likelihood", "--times", "edm"], /times, weight: expected only with other objectives, got --objective likelihood/],
    ["an option of another path", () => ["train", "moons", "--beta-max", "5"], /betaMax: expected only for path vp, got it for path ot/],
    ["a U-Net option for points", () => ["train", "moons", "--channels", "8"], /channels: expected only for unet or adm, got it for moons with mlp/],
    ["an unknown key in a config", () => ["train", "--config", file("c.json", '{"data":"moons","widht":3}')], /unknown option "widht"; known are/],
    ["a config that is no JSON", () => ["train", "--config", file("d.json", "{")], /d\.json: expected JSON/],
    ["an unknown solver", () => ["sample", run, "--solver", "magic", "--out", "x.csv"], /--solver.*Allowed choices are euler/s],
    ["an unknown precision", () => ["sample", run, "--precision", "float8", "--out", "x.csv"], /--precision.*Allowed choices are float32, float16/s],
    ["tolerances for a fixed-step solver", () => ["sample", run, "--solver", "euler", "--rtol", "1e-3", "--out", "x.csv"], /euler: rtol is for adaptive solvers/],
    ["steps for an adaptive solver", () => ["sample", run, "--steps", "10", "--out", "x.csv"], /dopri5: steps is for fixed-step solvers/],
    ["a file type that does not fit", () => ["sample", run, "--out", "x.jpg"], /--out: expected \.csv, \.npy or \.png/],
    ["no run", () => ["evaluate", join(directory, "absent")], /expected a run directory, got nothing/],
    ["probes of the exact divergence", () => ["evaluate", run, "--probes", "2"], /--probes: expected only with --divergence hutchinson, got 2 with exact, the default for points; add --divergence hutchinson or leave it out/],
    ["a directory that is no run", () => ["inspect", directory], /one without options\.json/],
    ["no run to profile", () => ["profile", join(directory, "absent")], /expected a run directory, got nothing/],
    ["no calls to profile", () => ["profile", run, "--repeats", "0"], /--repeats.*expected a whole number from 1/s],
    ["a run directory that is taken", () => ["train", "moons", "--steps", "5", "--out", run], /expected a new or empty directory/],
    ["options beside --resume", () => ["train", "--resume", run, "--width", "3"], /--resume: a run goes on with its own options/],
  ];
  it.each(cases)("%s", async (_name, args, message) => {
    const { code, stderr } = await fluxion(...args());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).not.toBe(0);
  });
});
