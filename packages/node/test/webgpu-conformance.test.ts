/** @file Every row of ops on Node's WebGPU, against the float64 interpreter. Rows share programs: sessions are what costs. */
import { hostTensor, input, interpretProgram, layerNorm, lowerForWebgpu, standardize, trace } from "@fluxion/graph";
import type { HostTensor, Program } from "@fluxion/graph";
import { describe, expect, it, vi } from "vitest";
import { batchedOperands, isDifferentiable, programOf, subjects, withBatch } from "../../graph/test/cases/subject.ts";
import type { ProgramOptions, Subject, What } from "../../graph/test/cases/subject.ts";
import { disagreement, tolerances, valuesOf } from "../../graph/test/compare.ts";
import { hasFloat16 } from "../src/devices/index.ts";
import { webgpu } from "./webgpu.ts";

vi.setConfig({ testTimeout: 580_000 });

/** WGSL lets sin and cos be off by 2^-11, and has that of tan and their derivatives from them. */
const coarse = /^(sin|cos|tan)\b/;
const tolerance = ({ name }: Subject, { dtype }: ProgramOptions): number =>
  dtype === "float16" ? tolerances.float16 : coarse.test(name) ? 2 ** -10 : tolerances.float32Derivatives;

async function runOn(program: Program, feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>> {
  if (!webgpu) throw new Error("internal: no WebGPU");
  const executable = await webgpu.compile(program);
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
}

/** Why a subject is refused; undefined where it is not. */
function refusal(subject: Subject, what: What, options: ProgramOptions): string | undefined {
  try {
    lowerForWebgpu(programOf([subject], what, options).program);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Where results differ from the interpreter's, by the name of the output. */
async function differences(parts: readonly Subject[], what: What, options: ProgramOptions): Promise<string[]> {
  const { program, feeds } = programOf(parts, what, options);
  const found = await runOn(program, feeds);
  return parts.flatMap((subject) => {
    const own = programOf([subject], what, options);
    return Object.entries(interpretProgram(own.program, own.feeds)).flatMap(([name, { shape, data }]) => {
      const result = found[name];
      const same = String(result?.shape) === String(shape) && result?.dtype === own.program.outputs[name]?.dtype;
      const off = disagreement(valuesOf(result), Float64Array.from(data as ArrayLike<number>, Number));
      return same && off <= tolerance(subject, options) ? [] : [`${name}: off by ${off.toExponential(2)}`];
    });
  });
}

/** Minutes on an emulated GPU. */
const slow = process.env["FLUXION_SLOW_TESTS"] === "1";

const atOnce = 60;

async function conforms(all: readonly Subject[], what: What, options: ProgramOptions = {}): Promise<void> {
  const refused = all.flatMap((subject) => refusal(subject, what, options) ?? []);
  for (const message of refused) expect(message).toMatch(/^TypeError: lower: .*: (WebGPU has no (float64|uint8 arithmetic)|ONNX Runtime's WebGPU provider has \w+ for floats alone); /);
  const able = all.filter((subject) => refusal(subject, what, options) === undefined);
  expect(able.length).toBeGreaterThan(0.7 * all.length);
  const wrong: string[] = [];
  for (let i = 0; i < able.length; i += atOnce) wrong.push(...(await differences(able.slice(i, i + atOnce), what, options)));
  expect(wrong).toEqual([]);
}

const float16 = webgpu !== undefined && (await hasFloat16("webgpu"));

const rows = subjects.filter(({ name }) => !name.includes(" of ["));

describe.skipIf(!webgpu)("on WebGPU", () => {
  it("computes every row", () => conforms(rows, "value"));

  it("computes every row of integers", () => conforms(rows.filter(({ row }) => row.integers), "value", { dtype: "int32" }));

  it.runIf(float16)("computes every row in float16", () => conforms(rows, "value", { dtype: "float16" }));

  it.runIf(slow)("computes every derivative", () => conforms(rows.filter(isDifferentiable), "derivatives"));

  it.runIf(slow)("computes every derivative with a named batch", async () => {
    const batched = rows.filter(isDifferentiable).filter((subject) => batchedOperands(subject).length > 0);
    // One name has one size; other sizes would meet other axes of a row by chance.
    await conforms(batched.map((subject) => withBatch(subject, 2)), "derivatives", { named: true });
  });

  it("tells norms apart by their epsilon", async () => {
    const program = trace("norms", { x: input([2, 4, 6]) }, ({ x }) => ({
      a: standardize(x, { axes: [-1] }),
      b: standardize(x, { axes: [-1], epsilon: 1e-3 }),
      c: layerNorm(x, { epsilon: 1e-1 }),
    }));
    const feeds = { x: hostTensor(Array.from({ length: 48 }, (_, i) => 0.05 * Math.sin(i)), [2, 4, 6], "float32") };
    const found = await runOn(program, feeds);
    for (const [name, tensor] of Object.entries(interpretProgram(program, feeds))) {
      expect(disagreement(valuesOf(found[name]), valuesOf(tensor)), name).toBeLessThan(tolerances.float32);
    }
  });
});
