/** @file Every row of ops on ONNX Runtime, against the float64 interpreter. Rows share programs: sessions are what costs. */
import { hostTensor, input, interpretProgram, lower, trace } from "@fluxion/graph";
import type { CompileOptions, DType, HostTensor, Program, Target } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { batchedOperands, closedForm, isDifferentiable, operandsOf, programOf, subjects, withBatch } from "../../graph/test/cases/subject.ts";
import type { Exception } from "../../graph/test/cases/case.ts";
import type { ProgramOptions, Subject, What } from "../../graph/test/cases/subject.ts";
import { cases } from "../../graph/test/cases/index.ts";
import { expectAgreement, tolerances, valuesOf } from "../../graph/test/compare.ts";

type Results = Readonly<Record<string, HostTensor>>;

// Hundreds of rows, differentiated twice.
vi.setConfig({ hookTimeout: 120_000 });

const runtime = await nodeRuntime({ threads: 1 });
const targets: readonly Target[] = ["onnxruntime", "portable"];

async function runAll(program: Program, feeds: readonly Record<string, HostTensor>[], options: CompileOptions = {}): Promise<Results[]> {
  const executable = await runtime.compile(program, options);
  const results: Results[] = [];
  for (const each of feeds) results.push(await executable.run(each));
  await executable.dispose();
  return results;
}

/** Sessions take more than twice as long for twice the nodes, and each has a cost of its own. */
const atOnce = 60;
const inGroups = <T>(parts: readonly T[]): T[][] => Array.from({ length: Math.ceil(parts.length / atOnce) }, (_, i) => parts.slice(i * atOnce, (i + 1) * atOnce));

async function run(parts: readonly Subject[], what: What, options: ProgramOptions & CompileOptions = {}): Promise<Results> {
  const results: Record<string, HostTensor> = {};
  for (const group of inGroups(parts)) {
    const { program, feeds } = programOf(group, what, options);
    Object.assign(results, ...(await runAll(program, [feeds], options)));
  }
  return results;
}

/** Every output of a subject as the interpreter has it. */
function expectAsInterpreted(subject: Subject, what: What, results: Results, tolerance: number, dtype?: DType): void {
  const { program, feeds } = programOf([subject], what, { dtype });
  for (const [name, tensor] of Object.entries(interpretProgram(program, feeds))) {
    expect(results[name]?.shape, name).toEqual(tensor.shape);
    expect(results[name]?.dtype, name).toBe(program.outputs[name]?.dtype);
    expectAgreement(valuesOf(results[name]), valuesOf(tensor), tolerance, name);
  }
}

const each = <T extends { readonly name: string }>(parts: readonly T[]): [string, T][] => parts.map((part) => [part.name, part]);
const differentiable = subjects.filter(isDifferentiable);

describe.each(targets)("on ONNX Runtime, target %s", (target) => {
  let [values, derivatives]: [Results, Results] = [{}, {}];
  beforeAll(async () => {
    values = await run(subjects, "value", { target });
    derivatives = await run(differentiable, "derivatives", { target });
  });

  it.each(each(subjects))("value: %s", (name, subject) => {
    expectAsInterpreted(subject, "value", values, tolerances.float32);
    const expected = closedForm(subject, operandsOf(subject));
    if (expected) expectAgreement(valuesOf(values[`${name} y`]), expected, tolerances.float32, "closed form");
  });

  it.each(each(differentiable))("derivatives: %s", (_name, subject) => {
    expectAsInterpreted(subject, "derivatives", derivatives, tolerances.float32Derivatives);
  });
});

describe("with a batch of any size", () => {
  const batched = subjects.filter((subject) => batchedOperands(subject).length > 0);
  const sizes = [1, 3];
  const found: Results[] = [];
  const most = (subject: Subject): What => (isDifferentiable(subject) ? "derivatives" : "value");
  beforeAll(async () => {
    for (const what of ["value", "derivatives"] as const) {
      for (const group of inGroups(batched.filter((subject) => most(subject) === what))) {
        const parts = (size: number): Subject[] => group.map((subject) => withBatch(subject, size));
        const { program } = programOf(parts(2), what, { named: true });
        const results = await runAll(program, sizes.map((size) => programOf(parts(size), what).feeds));
        results.forEach((each, i) => (found[i] = { ...found[i], ...each }));
      }
    }
  });

  it.each(each(batched))("%s", (_name, subject) => {
    sizes.forEach((size, i) => expectAsInterpreted(withBatch(subject, size), most(subject), found[i] ?? {}, tolerances.float32Derivatives));
  });

  it.each(each(subjects.filter(({ row }) => typeof row.batch === "string")))("%s is refused, as its row says", (_name, subject) => {
    const named = { ...subject, row: { ...subject.row, batch: undefined } };
    expect(() => lower(programOf([named], most(subject), { named: true }).program)).toThrow(/^\w+: /);
  });
});

describe.each(["value", "derivatives"] as const)("in float64, %s", (what) => {
  const parts = what === "value" ? subjects : differentiable;
  /** Refused in words of the program, or what ONNX Runtime has kernels for. */
  const refusal = (subject: Subject): string | undefined => {
    try {
      lower(programOf([subject], what, { dtype: "float64" }).program);
      return undefined;
    } catch (error) {
      return String(error);
    }
  };
  const refusals = new Map(parts.map((subject) => [subject, refusal(subject)]));
  let found: Results = {};
  beforeAll(async () => {
    found = await run(parts.filter((subject) => refusals.get(subject) === undefined), what, { dtype: "float64" });
  });

  it.each(each(parts))("%s", (_name, subject) => {
    const message = refusals.get(subject);
    if (message === undefined) expectAsInterpreted(subject, what, found, tolerances.float64, "float64");
    else expect(message).toMatch(/^TypeError: lower: .*: ONNX Runtime has no float64 kernel for \w+; use float32, or the reference interpreter$/);
  });
});

describe("in float16", () => {
  const refused = ({ name }: Subject): boolean => name.startsWith("scatterAdd");
  const able = subjects.filter((subject) => !refused(subject));
  let found: Results = {};
  beforeAll(async () => {
    found = await run(able, "value", { dtype: "float16" });
  });

  it.each(each(subjects))("%s", (_name, subject) => {
    if (refused(subject)) expect(() => lower(programOf([subject], "value", { dtype: "float16" }).program)).toThrow(/ONNX Runtime has no float16 kernel for ScatterElements; use float32/);
    else expectAsInterpreted(subject, "value", found, tolerances.float16, "float16");
  });
});

describe.each(["int32", "int64"] as const)("in %s", (dtype) => {
  const whole = subjects.filter(({ row }) => row.integers);
  let found: Results = {};
  beforeAll(async () => {
    found = await run(whole, "value", { dtype });
  });

  it.each(each(whole))("%s", (name, subject) => {
    expectAsInterpreted(subject, "value", found, 0, dtype);
    const expected = closedForm(subject, operandsOf(subject, dtype));
    if (expected) expect([...valuesOf(found[`${name} y`])]).toEqual([...expected]);
  });
});

describe("at extreme values", () => {
  const extremes = [0, -0, Infinity, -Infinity, NaN, 1e30, -1e30, 1e-30, -1e-30, 1, -1].map(Math.fround);
  const rows = Object.entries(cases).flatMap(([name, row]) => (row.elementwise ? [{ name, row }] : []));
  /** One operand per axis, so that broadcasting meets every pair. */
  const shapesOf = (count: number): number[][] => Array.from({ length: count }, (_, i) => Array.from({ length: count }, (__, j) => (i === j ? extremes.length : 1)));
  const tuples = (count: number): number[][] => (count === 0 ? [[]] : tuples(count - 1).flatMap((head) => extremes.map((x) => [...head, x])));
  const specs = Object.fromEntries(rows.flatMap(({ name, row }) => shapesOf(row.shapes.length).map((shape, i) => [`${name} x${String(i)}`, input(shape)])));
  const feeds = Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, hostTensor(extremes, shape as number[], "float32")]));
  const program = trace("extremes", specs, (x) => Object.fromEntries(rows.map(({ name, row }) => [`${name} y`, row.call(...row.shapes.map((_, i) => x[`${name} x${String(i)}`]!))])));
  const exact = interpretProgram(program, feeds);
  const met = new Set<Exception>();

  describe.each(targets)("target %s", (target) => {
    let found: Results = {};
    beforeAll(async () => {
      found = (await runAll(program, [feeds], { target }))[0] ?? {};
    });

    it.each(each(rows))("%s", (name, { row }) => {
      const [actual, expected] = [valuesOf(found[`${name} y`]), valuesOf(exact[`${name} y`])];
      const wrong = tuples(row.shapes.length).flatMap((operands, i) => {
        const [got, wanted] = [actual[i] ?? NaN, Math.fround(expected[i] ?? NaN)];
        if (alike(got, wanted)) return [];
        const exception = row.elementwise?.exceptions?.find(({ when }) => when(...operands));
        if (exception) met.add(exception);
        return exception ? [] : [`(${operands.map(show).join(", ")}): got ${show(got)}, expected ${show(wanted)}`];
      });
      expect(wrong).toEqual([]);
    });
  });

  it("differs wherever a row says so", () => {
    const stale = rows.flatMap(({ name, row }) => (row.elementwise?.exceptions ?? []).filter((exception) => !met.has(exception)).map(({ because }) => `${name}: ${because}`));
    expect(stale).toEqual([]);
  });
});

const show = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

/** Both NaN, the same infinity, or values that float32 holds equal. */
function alike(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b);
  // Below the normal range float32 may flush to zero.
  return a === b || Math.abs(a - b) <= 1e-5 * Math.abs(b) + 1.2e-38;
}
