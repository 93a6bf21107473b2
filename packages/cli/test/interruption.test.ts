import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeBars } from "./bars.ts";
import { fluxion, scratch, startFluxion } from "./harness.ts";
import type { Finished } from "./harness.ts";

const directory = scratch();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a command, sends a signal as soon as something has come about, and waits for its end. */
async function stoppedWhen(come: (said: string) => boolean, signal: "SIGINT" | "SIGKILL", ...args: readonly string[]): Promise<Finished> {
  const { child, done } = startFluxion(...args);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => (said += data.toString()));
  while (!come(said) && child.exitCode === null) await pause(5);
  expect(child.exitCode, said).toBe(null);
  child.kill(signal);
  return done;
}

const run = join(directory, "bars");
const evaluate = (...more: readonly string[]): readonly string[] => ["evaluate", run, "--nll-images", "100", "--nll-k", "2", "--rtol", "1e-4", "--atol", "1e-4", ...more];

it("an evaluation that is stopped keeps its images, and goes on to the same numbers", async () => {
  const data = join(directory, "data");
  mkdirSync(data);
  writeBars(data, "train", 120);
  writeBars(data, "t10k", 100);
  expect((await fluxion("train", data, "--steps", "4", "--batch", "8", "--channels", "8", "--out", run)).code).toBe(0);
  const whole = JSON.parse((await fluxion(...evaluate("--json"))).stdout) as Record<string, number>;
  const before = readFileSync(join(run, "evaluation.json"), "utf8");
  const kept = join(run, "evaluation.partial.json");
  expect(existsSync(kept)).toBe(false);

  const interrupted = await stoppedWhen(() => existsSync(kept), "SIGINT", ...evaluate());
  expect(interrupted.code).toBe(130);
  expect(interrupted.stderr).toMatch(/stopped after \d+ of 100 images \([\d.]+ ± [\d.]+ bits\/dim so far\), which are kept; the same command goes on from there/);
  const measured = (): number => (JSON.parse(readFileSync(kept, "utf8")) as { values: unknown[] }).values.length;
  const first = measured();
  await stoppedWhen(() => existsSync(kept) && measured() > first, "SIGKILL", ...evaluate());
  const second = measured();
  expect(second).toBeGreaterThan(first);
  expect(readFileSync(join(run, "evaluation.json"), "utf8")).toBe(before);

  const { stdout, stderr } = await fluxion(...evaluate("--json"));
  expect(stderr).toMatch(new RegExp(`${String(second)} of which an earlier evaluation measured`));
  const resumed = JSON.parse(stdout) as Record<string, number>;
  expect({ ...resumed, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  expect(resumed).toMatchObject({ images: 100, k: 2, divergence: "hutchinson", probes: 1, kind: "an estimate, no bound" });
  expect(resumed["nats"]).toBeCloseTo(144 * Math.LN2 * (whole["bitsPerDim"] ?? NaN), 9);
  // Copies differ by less than a tenth of a bit, but they differ.
  expect(resumed["spread"]).toBeGreaterThan(0);
  expect(resumed["spread"]).toBeLessThan(0.1);
  expect(existsSync(kept)).toBe(false);
  // What was asked for otherwise begins anew.
  await stoppedWhen(() => existsSync(kept), "SIGINT", ...evaluate());
  const other = await fluxion(...evaluate("--seed", "1", "--budget", "1e-9"));
  expect(other.stdout).not.toContain("an earlier evaluation");
  expect(other.stdout).toMatch(/stopped by --budget 1e-9: the mean is of 20 images/);
  expect(other.stdout).toMatch(
    /^bits\/dim {2}[\d.]+ ± [\d.]+, [\d.]+ ± [\d.]+ nats an image: an estimate, no bound \(Hutchinson, 1 probe an image, K = 2, spread over copies 0\.\d{4} bits\/dim, \d+ NFE, /m,
  );
  // Another divergence is another evaluation.
  const probed = await fluxion(...evaluate("--seed", "1", "--budget", "1e-9", "--nll-k", "1", "--probes", "2"));
  expect(probed.stdout).toMatch(/nats an image: an unbiased estimate of a bound \(Hutchinson, 2 probes an image, K = 1, \d+ NFE/);
}, 300_000);

it("metrics that are stopped leave what was there, and say so", async () => {
  const net = join(directory, "features.onnx");
  const data = join(directory, "data");
  const early = await stoppedWhen((said) => said.includes("steps: about"), "SIGINT", "features", data, "--steps", "100000", "--features", "4", "--out", net);
  expect(early.code).toBe(130);
  expect(early.stderr).toMatch(/stopped before the end, .*features\.onnx is not written; run the same command again/);
  expect(existsSync(net)).toBe(false);
  expect((await fluxion("features", data, "--steps", "20", "--features", "4", "--batch", "16", "--out", net)).code).toBe(0);
  const cache = join(directory, "cache");
  const measure = (steps: number): readonly string[] => ["metrics", run, "--features", net, "--samples", "40", "--solver", "euler", "--steps", String(steps), "--cache", cache];
  const stopped = await stoppedWhen((said) => said.includes("40 samples by euler"), "SIGINT", ...measure(20_000));
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toMatch(/stopped before the end, .*metrics\.json is as it was; run the same command again: a reference that was finished is kept/);
  expect(existsSync(join(run, "metrics.json"))).toBe(false);
  const again = await fluxion(...measure(3));
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/reference: .*, from /);
}, 300_000);

it("a study that is stopped keeps what is trained and measured, and goes on", async () => {
  const study = join(directory, "study");
  const plan = ["reproduce", "figure4", "--out", study];
  const next = `go on with: fluxion reproduce figure4 --out ${study}`;
  const metrics = join(study, "runs", "ddpm", "metrics.jsonl");
  const training = await stoppedWhen(() => existsSync(metrics), "SIGINT", ...plan, "--budget", "0.6");
  expect(training.code).toBe(130);
  expect(training.stderr).toMatch(/stopped at step [\d,]+ of [\d,]+, all saved; go on with: fluxion reproduce figure4/);
  expect(training.stderr).toContain(next);
  expect(existsSync(join(study, "runs", "ddpm", "state.safetensors"))).toBe(true);

  const measurements = (): string[] => (existsSync(join(study, "ddpm")) ? readdirSync(join(study, "ddpm")).filter((name) => name.endsWith(".json")) : []);
  const measuring = await stoppedWhen(() => measurements().length > 0, "SIGINT", ...plan);
  expect(measuring.code).toBe(130);
  expect(measuring.stderr).toContain(`stopped before the end, what is trained and measured is kept in ${study}; ${next}`);
  expect(existsSync(join(study, "figure4"))).toBe(false);
  const kept = measurements().map((name) => [name, statSync(join(study, "ddpm", name)).mtimeMs] as const);

  const whole = await fluxion(...plan);
  expect(whole.stderr).toBe("");
  expect(whole.code).toBe(0);
  expect(whole.stdout).not.toMatch(/methods? to train/);
  for (const [name, written] of kept) expect(statSync(join(study, "ddpm", name)).mtimeMs).toBe(written);
  expect(existsSync(join(study, "figure4", "result.json"))).toBe(true);
}, 600_000);
