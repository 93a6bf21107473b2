import { cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fluxion, scratch, startFluxion } from "./harness.ts";

const directory = scratch();
const steps = 6000;
const options = ["train", "moons", "--steps", String(steps), "--width", "32", "--depth", "2", "--points", "4000", "--checkpoint-seconds", "0.2"];
const whole = join(directory, "whole");
const weights = (run: string): Buffer => readFileSync(join(run, "weights.safetensors"));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a run and waits until its loop has begun, as its first metric shows. */
async function started(out: string, more: readonly string[] = []): Promise<ReturnType<typeof startFluxion>> {
  const process = startFluxion(...options, ...more, "--out", out);
  while (!existsSync(join(out, "metrics.jsonl"))) await pause(5);
  return process;
}

describe("a run that is broken off", () => {
  beforeAll(async () => {
    expect((await fluxion(...options, "--out", whole)).code).toBe(0);
  }, 60_000);

  it.each([0, 150, 400])("killed %i ms into its loop, it ends with the same bits", async (delay) => {
    const out = join(directory, `killed-${String(delay)}`);
    const { child, done } = await started(out);
    await pause(delay);
    child.kill("SIGKILL");
    await done;
    expect((await fluxion("train", "--resume", out)).stderr).toBe("");
    expect(weights(out).equals(weights(whole))).toBe(true);
    const logged = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n").map((line) => (JSON.parse(line) as { step: number }).step);
    expect(logged).toEqual([...logged].sort((a, b) => a - b));
    expect(logged.at(-1)).toBe(steps);
  }, 60_000);

  it("killed before its first checkpoint, it starts again from step 0", async () => {
    const out = join(directory, "early");
    const { child, done } = await started(out, ["--checkpoint-seconds", "1000"]);
    child.kill("SIGKILL");
    await done;
    expect(existsSync(join(out, "state.safetensors"))).toBe(false);
    const early = await fluxion("sample", out, "--out", "x.csv");
    expect(early.stderr).toMatch(/before its first checkpoint; go on with/);
    await fluxion("train", "--resume", out);
    expect(weights(out).equals(weights(whole))).toBe(true);
  }, 60_000);

  it("interrupted, it saves and says how to go on", async () => {
    const out = join(directory, "interrupted");
    const { child, done } = await started(out, ["--checkpoint-seconds", "1000"]);
    child.kill("SIGINT");
    const { code, stderr } = await done;
    expect(code).toBe(130);
    expect(stderr).toContain(`fluxion train --resume ${out}`);
    await fluxion("train", "--resume", out);
    expect(weights(out).equals(weights(whole))).toBe(true);
  }, 60_000);

  it("refuses corrupt files by name", async () => {
    const broken = (name: string): string => {
      const out = join(directory, `broken-${name}`);
      cpSync(whole, out, { recursive: true });
      return out;
    };
    const cut = broken("cut");
    truncateSync(join(cut, "state.safetensors"), 1000);
    expect((await fluxion("train", "--resume", cut)).stderr).toMatch(/state\.safetensors: expected a complete safetensors file/);
    const flipped = broken("flipped");
    const bytes = weights(flipped);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    writeFileSync(join(flipped, "weights.safetensors"), bytes);
    expect((await fluxion("sample", flipped, "--out", "x.csv")).stderr).toMatch(/weights\.safetensors: .*do not match the checksum/s);
    const garbled = broken("garbled");
    writeFileSync(join(garbled, "options.json"), "{");
    expect((await fluxion("inspect", garbled)).stderr).toMatch(/options\.json: expected JSON, got a corrupt file/);
  }, 60_000);

  it("whose loss is no number stops with advice", async () => {
    const out = join(directory, "diverged");
    const { code, stderr } = await fluxion("train", "moons", "--steps", "50", "--warmup", "0", "--learning-rate", "1e30", "--points", "1000", "--out", out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the loss of step \d+ is (NaN|Infinity).*smaller learning rate/s);
  });

  it("refuses a second process, and takes over the lock of a dead one", async () => {
    const out = join(directory, "locked");
    cpSync(whole, out, { recursive: true });
    writeFileSync(join(out, "lock"), String(process.pid));
    expect((await fluxion("train", "--resume", out)).stderr).toMatch(/is training this run/);
    writeFileSync(join(out, "lock"), "999999999");
    expect((await fluxion("train", "--resume", out)).stderr).toBe("");
  }, 60_000);
});
