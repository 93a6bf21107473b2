import { hostTensor, input, interpretProgram, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { affinePath, otPath, pathFromConfig, polynomialPath } from "fluxion";
import type { Path } from "fluxion";
import { describe, expect, it } from "vitest";

const points = (rows: readonly (readonly number[])[]) =>
  hostTensor(Float64Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);
const times = (values: readonly number[]) => hostTensor(Float64Array.from(values), [values.length]);

function evaluate(batch: number, f: (x: Tensor, y: Tensor, t: Tensor) => Record<string, Tensor>) {
  return trace("path", { x: input([batch, 2]), y: input([batch, 2]), t: input([batch]) }, ({ x, y, t }) => f(x, y, t));
}

const values = (tensor: { data: ArrayLike<unknown> } | undefined): number[] => Array.from(tensor?.data ?? [], Number);

/** alpha, sigma and their derivatives at t, from x0 = (0, 1), x1 = (1, 0). */
function schedule(path: Path, t: number): number[] {
  const program = evaluate(1, (x0, x1, at) => ({ ...path.sample(x0, x1, at) }));
  const out = interpretProgram(program, { x: points([[0, 1]]), y: points([[1, 0]]), t: times([t]) });
  return [...values(out["xt"]), ...values(out["velocity"])];
}

describe("schedules (golden numbers of the public peers, double precision)", () => {
  it.each([
    ["CondOT", otPath({ sigmaMin: 0 }), 0.25, [0.25, 0.75, 1, -1]],
    ["polynomial n = 2", polynomialPath({ n: 2 }), 0.25, [0.0625, 0.9375, 0.5, -0.5]],
    ["polynomial n = 3", polynomialPath({ n: 3 }), 0.9, [0.729, 0.271, 2.43, -2.43]],
  ] as const)("%s", (_name, path, t, expected) => {
    schedule(path, t).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 12);
    });
  });
});

describe("the OT path with sigmaMin = 1e-3 (eq 21)", () => {
  it.each([
    [0.1, [0.6670369959, -0.7780246639]],
    [0.5, [1.1996003996, -1.3992007992]],
    [0.9, [5.9504459861, -6.9405351833]],
  ] as const)("has the conditional velocity of t = %f", (t, expected) => {
    const path = otPath({ sigmaMin: 1e-3 });
    const program = evaluate(1, (x, x1, at) => ({ u: path.conditionalVelocity(x, x1, at) }));
    const out = interpretProgram(program, { x: points([[0.4, -0.3]]), y: points([[1, -1]]), t: times([t]) });
    values(out["u"]).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 9);
    });
  });
});

describe.each([otPath(), otPath({ sigmaMin: 0.1 }), polynomialPath({ n: 2.5 })])("every path: $kind", (path) => {
  // Batch equal and unequal to the width: times must never meet the event by accident.
  it.each([2, 3])("agrees with Theorem 3 and with its score, batch %i", (batch) => {
    const program = evaluate(batch, (x0, x1, t) => {
      const { xt, velocity } = path.sample(x0, x1, t);
      return { velocity, field: path.conditionalVelocity(xt, x1, t), score: path.conditionalScore(xt, x1, t), s: path.sigma(t) };
    });
    const rows = Array.from({ length: batch }, (_, i) => [Math.sin(i + 1), Math.cos(3 * i)]);
    const at = Array.from({ length: batch }, (_, i) => 0.2 + 0.3 * i);
    const out = interpretProgram(program, { x: points(rows), y: points(rows.map(([a = 0, b = 0]) => [b, a])), t: times(at) });
    const [velocity, field, score, s] = ["velocity", "field", "score", "s"].map((name) => values(out[name]));
    velocity?.forEach((value, i) => {
      expect(field?.[i]).toBeCloseTo(value, 10);
      // score = −x0/σ
      expect(score?.[i]).toBeCloseTo(-(rows[Math.floor(i / 2)]?.[i % 2] ?? NaN) / (s?.[Math.floor(i / 2)] ?? NaN), 10);
    });
  });

  it("is rebuilt from its config", () => {
    expect(pathFromConfig(path.config).config).toEqual(path.config);
  });
});

describe("bad arguments", () => {
  it("are refused by name", () => {
    expect(() => otPath({ sigmaMin: 1 })).toThrow(/otPath: sigmaMin: expected a number in \[0, 1\), got 1/);
    expect(() => polynomialPath({ n: 0 })).toThrow(/polynomialPath: n/);
    expect(() => affinePath({ alpha: (t) => t, sigma: (t) => t, interval: [0.5, 0.2] })).toThrow(/interval/);
    expect(() => pathFromConfig({ kind: "magic" })).toThrow(/expected kind ot or polynomial, got magic/);
    expect(() => evaluate(2, (x0, x1) => ({ ...otPath().sample(x0, x1, x0) }))).toThrow(/expected times \[batch\]/);
  });
});
