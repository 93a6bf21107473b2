import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as g from "@fluxion/graph";
import { hostTensor, input, scan, scope, trace } from "@fluxion/graph";
import { formatProfile, profileProgram } from "@fluxion/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const n = 384;
const zeros = (...shape: number[]): g.HostTensor => hostTensor(new Float32Array(g.sizeOf(shape)), shape);
const program = trace("two", { a: input([n, n]), b: input([n, n]), s: input([8]) }, ({ a, b, s }) => ({
  product: scope("large", () => scope("inner", () => g.matmul(a, b))),
  sum: scope("small", () => g.add(s, 1)),
}));
const loop = trace("loop", { x: input([64, 64]), rows: input(["steps", 64, 64]) }, ({ x, rows }) => ({
  y: scope("loop", () => scan({ carry: [x], xs: [rows] }, ([state], [row]) => ({ carry: [scope("body", () => g.sin(g.tanh(g.matmul(state, row))))], ys: [] }))).carry[0],
}));

const before = process.env["TMPDIR"];
const directory = mkdtempSync(join(tmpdir(), "fluxion-test-"));
beforeAll(() => {
  process.env["TMPDIR"] = directory;
});
afterAll(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  rmSync(directory, { recursive: true, force: true });
});

const sum = (values: readonly { readonly totalUs: number }[]): number => values.reduce((total, { totalUs }) => total + totalUs, 0);

describe("a profile", () => {
  it("puts the time where it goes, by scope, by op and by kernel", async () => {
    const profile = await profileProgram(program, { a: zeros(n, n), b: zeros(n, n), s: zeros(8) }, { repeats: 5, threads: 1 });
    const [first] = profile.byScope;
    expect(first?.name).toBe("large/inner");
    expect(first?.share).toBeGreaterThan(0.5);
    expect(profile.byScope.map(({ name }) => name)).toContain("small");
    expect(profile.nodes[0]).toMatchObject({ scope: "large/inner", calls: 5 });
    expect(profile.nodes[0]?.meanUs).toBeCloseTo((profile.nodes[0]?.totalUs ?? NaN) / 5, 6);
    expect(profile.byOp[0]?.name).toBe("Gemm");
    expect(profile).toMatchObject({ name: "two", runs: 5, threads: 1 });
    expect(sum(profile.nodes) + profile.overheadUs).toBe(profile.totalUs);
    expect(sum(profile.byOp)).toBe(sum(profile.nodes));
    expect(formatProfile(profile)).toMatch(/^two: [\d.]+ ms a run \(5 measured, 1 thread\).*\n\nscope +kernels +ms +share\nlarge\/inner +1 /);
  });

  it("counts what a loop's body takes once, and leaves warm-ups out", async () => {
    const steps = 20;
    const feeds = { x: zeros(64, 64), rows: zeros(steps, 64, 64) };
    const profile = await profileProgram(loop, feeds, { repeats: 4, warmUps: 3, sizes: { steps } });
    const inBody = profile.nodes.filter((node) => node.scope === "loop/body" && node.calls === 4 * steps);
    // The first may have the activation fused to it.
    expect(inBody.map(({ op }) => op)).toEqual(expect.arrayContaining([expect.stringMatching(/Gemm$/), "Sin"]));
    const own = profile.nodes.find(({ op }) => op === "Scan");
    expect(own?.calls).toBe(4);
    // Were the body counted again in its loop, kernels would take longer than the runs they are part of.
    expect(sum(profile.nodes)).toBeLessThanOrEqual(profile.totalUs * 1.01);
    expect(profile.byScope[0]?.name).toBe("loop");
    expect(profile.byScope.find(({ name }) => name === "loop/body")?.totalUs).toBe(sum(inBody));
    expect(formatProfile(profile, { top: 1 })).toMatch(/loop: .*\n\nscope.*\nloop /);
  });

  it("refuses what does not fit", async () => {
    await expect(profileProgram(program, {}, { repeats: 0 })).rejects.toThrow(/profileProgram: expected repeats to be a whole number from 1, got 0/);
    await expect(profileProgram(program, {}, { warmUps: -1 })).rejects.toThrow(/expected warmUps to be a whole number from 0, got -1/);
    await expect(profileProgram(program, {})).rejects.toThrow(/two: expected a value for input "a"/);
  });

  it("leaves nothing on disk", () => {
    expect(readdirSync(directory).filter((name) => name.startsWith("fluxion"))).toEqual([]);
  });
});
