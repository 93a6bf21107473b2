import { hostTensor, input, interpretProgram, mul, reshape, square, sub, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { affinePath, checkConversion, convert, gaussianPath, otPath, polynomialPath, predictionInterval, predictions } from "fluxion";
import type { AffinePath, Prediction } from "fluxion";
import { describe, expect, it } from "vitest";
import { affinePaths, cosine, straight, ve, vp } from "./paths.ts";

type Batch = readonly (readonly number[])[];

const host = (rows: Batch) => hostTensor(Float64Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);

function evaluate(a: Batch, b: Batch, times: readonly number[], f: (a: Tensor, b: Tensor, t: Tensor) => Record<string, Tensor>) {
  const shape = [a.length, a[0]?.length ?? 0];
  const program = trace("convert", { a: input(shape), b: input(shape), t: input([times.length]) }, ({ a, b, t }) => f(a, b, t));
  const out = interpretProgram(program, { a: host(a), b: host(b), t: hostTensor(Float64Array.from(times), [times.length]) });
  return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, Array.from(data, Number)]));
}

/** The four predictions that know x0 and x1. */
function truth(path: AffinePath, x0: Tensor, x1: Tensor, t: Tensor): Record<Prediction, Tensor> & { x: Tensor } {
  const { xt, velocity } = path.sample(x0, x1, t);
  return { x: xt, velocity, noise: x0, x1, score: path.conditionalScore(xt, x1, t) };
}

const pairs = predictions.flatMap((from) => predictions.filter((to) => to !== from).map((to) => [from, to] as const));

describe("golden numbers of the public peers: x = (1, −2), v = (0.7, 0.2), t = 0.3", () => {
  it.each([
    ["linear", straight, [-1.1285714286, 2.9428571429], [0.79, -2.06]],
    ["GVP", cosine, [-0.772938217, 2.0648747951], [0.6886929942, -1.8398169141]],
    ["VP", vp, [-0.9002138275, 2.028510335], [0.8970054391, -2.0212806649]],
  ] as const)("%s", (_name, path, score, noise) => {
    const out = evaluate([[1, -2]], [[0.7, 0.2]], [0.3], (x, value, t) => ({
      score: convert(path, { value, from: "velocity", to: "score", x, t }),
      noise: convert(path, { value, from: "velocity", to: "noise", x, t }),
    }));
    [...score, ...noise].forEach((value, i) => {
      expect([...(out["score"] ?? []), ...(out["noise"] ?? [])][i]).toBeCloseTo(value, 9);
    });
  });
});

describe.each(affinePaths)("conversions on the path $kind", (path) => {
  // Batch equal and unequal to the width: times must never meet the event by accident.
  it.each([2, 3, 5])("give what the noise and the data say, batch %i", (batch) => {
    const rows = (f: (i: number) => number): Batch => Array.from({ length: batch }, (_, i) => [f(2 * i), f(2 * i + 1), f(i + 7)]);
    const wide = rows(Math.sin);
    const times = Array.from({ length: batch }, (_, i) => 0.1 + (0.8 * i) / batch);
    const out = evaluate(wide, rows((i) => Math.cos(3 * i)), times, (x0, x1, t) => {
      const known = truth(path, x0, x1, t);
      const made = pairs.map(([from, to]) => [`${from} ${to}`, convert(path, { value: known[from], from, to, x: known.x, t })]);
      const back = pairs.map(([from, to]) => {
        const value = convert(path, { value: known[from], from, to, x: known.x, t });
        return [`back ${from} ${to}`, convert(path, { value, from: to, to: from, x: known.x, t })];
      });
      return { ...known, ...Object.fromEntries([...made, ...back] as [string, Tensor][]) };
    });
    for (const [from, to] of pairs) {
      const scale = (kind: string): number => 1 + Math.max(...(out[kind] ?? []).map(Math.abs));
      out[to]?.forEach((value, i) => {
        expect(Math.abs((out[`${from} ${to}`]?.[i] ?? NaN) - value) / scale(to), `${from} to ${to}`).toBeLessThan(1e-9);
      });
      out[from]?.forEach((value, i) => {
        expect(Math.abs((out[`back ${from} ${to}`]?.[i] ?? NaN) - value) / scale(from), `${from} to ${to} and back`).toBeLessThan(1e-9);
      });
    }
  });
});

describe("the ends of the interval", () => {
  it("are cut where a prediction says nothing of the velocity", () => {
    expect(predictionInterval(straight, "velocity")).toEqual([0, 1]);
    expect(predictionInterval(straight, "noise")).toEqual([1e-3, 1]);
    expect(predictionInterval(straight, "x1")).toEqual([0, 1 - 1e-3]);
    expect(predictionInterval(straight, "score")).toEqual([1e-3, 1 - 1e-3]);
    // An error of the noise is an error n/t of the velocity.
    expect(predictionInterval(polynomialPath({ n: 3 }), "noise")).toEqual([5e-3, 1]);
    expect(predictionInterval(cosine, "x1")[1]).toBeLessThan(1);
    for (const prediction of predictions) {
      expect(predictionInterval(vp, prediction)).toEqual(vp.interval);
      expect(predictionInterval(ve, prediction)).toEqual(ve.interval);
    }
  });

  it("are refused by name where a conversion is not determined there", () => {
    expect(() => checkConversion(straight, "noise", "velocity")).toThrow(
      /convert: noise does not determine velocity at t = 0 of the path "ot": expected times where it does/,
    );
    expect(() => checkConversion(straight, "x1", "noise")).toThrow(/x1 does not determine noise at t = 1/);
    expect(() => checkConversion(straight, "velocity", "score")).toThrow(/velocity does not determine score at t = 1/);
    expect(() => checkConversion(polynomialPath({ n: 2 }), "velocity", "x1")).toThrow(/velocity does not determine x1 at t = 0/);
    expect(() => checkConversion(polynomialPath({ n: 2 }), "velocity", "noise")).not.toThrow();
    expect(() => checkConversion(straight, "noise", "velocity", [1e-3, 1])).not.toThrow();
    expect(() => checkConversion(straight, "velocity", "noise")).not.toThrow();
    expect(() => checkConversion(straight, "velocity", "x1")).not.toThrow();
  });

  // What stands still at an end too leaves 0/0: the signal of a polynomial path, the noise of the last one.
  const slowing = affinePath({ alpha: (t) => t, sigma: (t) => square(sub(1, t)) });
  it.each([straight, cosine, polynomialPath({ n: 2 }), polynomialPath({ n: 3 }), slowing])("have the noise of a velocity at the start, its x1 at the end: $kind", (path) => {
    const [a, b] = [[[0.3, -1], [2, 0.5]], [[1, -2], [0.7, 0.2]]];
    for (const [end, to] of [[0, "noise"], [1, "x1"]] as const) {
      const out = evaluate(a, b, [end, end], (x0, x1, t) => {
        const { x, velocity, noise } = truth(path, x0, x1, t);
        return { truth: to === "noise" ? noise : x1, made: convert(path, { value: velocity, from: "velocity", to, x, t }) };
      });
      out["truth"]?.forEach((value, i) => {
        expect(out["made"]?.[i], to).toBeCloseTo(value, 12);
      });
    }
  });

  it("stay where a path is not singular", () => {
    expect(predictionInterval(otPath(), "x1")).toEqual([0, 1]);
  });

  it("ask for an affine path", () => {
    const general = gaussianPath({ mean: (t, x1) => mul(reshape(t, [-1, 1]), x1), std: (t) => sub(1, mul(t, 0.9)) });
    expect(() => predictionInterval(general, "noise")).toThrow(/prediction "noise": expected an affine path/);
    expect(predictionInterval(general, "velocity")).toEqual([0, 1]);
  });
});

it("refuses times that are not [batch]", () => {
  expect(() => evaluate([[1, 2], [3, 4]], [[1, 2], [3, 4]], [0.5], (x, value, t) => ({ y: convert(straight, { value, from: "noise", to: "x1", x, t }) }))).toThrow(
    /expected times \[batch\]/,
  );
});
