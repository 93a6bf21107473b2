import { concat, divergence, grad, hostTensor, input, interpretProgram, jvp, mean, ones, referenceRuntime, reshape, square, sub, trace, vjp, onesLike } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { createFlow, initParameters, integers, Key, marginalField, mlp, normal, otPath, smoothedPath, uniform } from "fluxion";
import type { Model, Path } from "fluxion";
import { describe, expect, it } from "vitest";
import { logDensity } from "./gaussian-data.ts";
import { affinePaths, evaluate, paths, points, vector } from "./harness.ts";

const data = [[1.2, 0.4], [-0.9, 1], [-0.7, -1.1], [0.5, -0.6], [0.8, 0.9]];
const dataTensor = points(data);

const grid = (side: number, reach: number): number[][] =>
  Array.from({ length: side * side }, (_, i) => [i % side, Math.floor(i / side)].map((cell) => (2 * reach * (cell + 0.5)) / side - reach));

/** ∂p/∂t, div(p u) and what belongs to them at points, by autodiff in float64. */
function continuity(path: Path, at: number[][], t: number) {
  return evaluate(at, at, at.map(() => t), (x, _y, times) => {
    const field = marginalField(path, dataTensor);
    const [u, log] = [field.velocity(x, times), field.logDensity(x, times)];
    const [rate] = jvp([log], [times], [ones([1, ...times.shape])]);
    const [slope] = vjp([log], [onesLike(log)], [x]);
    return { log, rate: reshape(rate, [-1]), slope, score: field.score(x, times), div: divergence(u, x), u };
  });
}

describe.each(["ot with sigmaMin 0.1", "vp", "ve to 2", "cosine", "polynomial 2.5", "linear-vp", "gaussian"])("the marginal field on %s", (name) => {
  const path = paths[name]!;
  const [t0, t1] = path.interval;

  it.each([0.1, 0.5, 0.85])("generates the marginal path (eqs 6, 8 and 26) on a grid, at %f of the interval", (share) => {
    const at = grid(13, 2.5);
    const { log = [], rate = [], slope = [], score = [], div = [], u = [] } = continuity(path, at, t0 + share * (t1 - t0));
    const change = log.map((value, i) => Math.exp(value) * (rate[i] ?? NaN));
    const outflow = log.map((value, i) => {
      const along = [0, 1].reduce((total, axis) => total + (u[2 * i + axis] ?? NaN) * (score[2 * i + axis] ?? NaN), 0);
      return Math.exp(value) * ((div[i] ?? NaN) + along);
    });
    const scale = Math.max(...change.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    change.forEach((value, i) => {
      expect(Math.abs(value + (outflow[i] ?? NaN)) / scale).toBeLessThan(1e-9);
    });
    score.forEach((value, i) => {
      expect(Math.abs(value - (slope[i] ?? NaN))).toBeLessThan(1e-8 * Math.max(1, Math.abs(value)));
    });
  });

  it("has the density of the mixture", () => {
    const t = t0 + 0.6 * (t1 - t0);
    const x = [0.3, -0.2];
    const { log: [log = NaN] = [] } = continuity(path, [x], t);
    const { each = [] } = evaluate(data.map(() => x), data, data.map(() => t), (a, b, at) => ({ each: path.conditionalLogDensity(a, b, at) }));
    expect(log).toBeCloseTo(Math.log(each.reduce((total, value) => total + Math.exp(value), 0) / data.length), 10);
  });
});

const modelOf = (path: Path): Model => ({
  kind: "marginal",
  config: {},
  eventShape: [2],
  parameters: {},
  apply: (_params, x, t) => marginalField(path, dataTensor).velocity(x, t),
});

describe("the flow of the marginal field", () => {
  const path = otPath({ sigmaMin: 0.1 });
  const flow = createFlow({ runtime: referenceRuntime(), model: modelOf(path), params: {}, path });

  it("carries the prior to the data, each with its share", async () => {
    const { values } = await flow.sample({ count: 600, key: Key.from(3), rtol: 1e-4, atol: 1e-4 });
    const counts = data.map(() => 0);
    for (let i = 0; i < 600; i++) {
      const distances = data.map(([a = NaN, b = NaN]) => Math.hypot((values[2 * i] ?? NaN) - a, (values[2 * i + 1] ?? NaN) - b));
      const nearest = distances.indexOf(Math.min(...distances));
      counts[nearest] = (counts[nearest] ?? NaN) + 1;
      expect(distances[nearest]).toBeLessThan(0.5);
    }
    // Four standard errors of a share of 1/5.
    for (const count of counts) expect(Math.abs(count - 120)).toBeLessThan(4 * Math.sqrt(600 * 0.2 * 0.8));
  });

  it("has the density of the mixture at the end", async () => {
    const at = [[1.1, 0.45], [0, 0], [-0.8, -1]];
    const { logProb } = await flow.logProb(Float64Array.from(at.flat()), { rtol: 1e-8, atol: 1e-8 });
    at.forEach((x, i) => {
      const density = data.reduce((total, mean) => total + Math.exp(logDensity(x, { mean, std: 0.1 })) / data.length, 0);
      expect(Math.abs((logProb[i] ?? NaN) - Math.log(density))).toBeLessThan(1e-5 * Math.max(1, Math.abs(Math.log(density))));
    });
  });
});

describe("Theorem 2", () => {
  it.each(["cosine", "vp"])("gives flow matching and conditional flow matching the same gradient on the path %s", (name) => {
    const [batch, rounds] = [256, 60];
    const path = smoothedPath(affinePaths[name]!, 0.2);
    const [t0, t1] = path.interval;
    const model = mlp({ dimension: 2, width: 5, depth: 1, time: "plain" });
    const weights = initParameters(model, Key.from(1));
    const shape = input([batch, 2]);
    const specs = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, input(value.shape)]));
    const program = trace("theorem_2", { ...specs, x0: shape, x1: shape, t: input([batch]) }, (given) => {
      const { x0, x1, t, ...params } = given as Record<string, Tensor> & Record<"x0" | "x1" | "t", Tensor>;
      const { xt, velocity } = path.sample(x0, x1, t);
      const gradient = (target: Tensor): Tensor => {
        const loss = mean(square(sub(model.apply(params, xt, t), target)));
        return concat(grad(loss, Object.values(params)).map((g) => reshape(g, [-1])), 0);
      };
      return { conditional: gradient(velocity), marginal: gradient(marginalField(path, dataTensor).velocity(xt, t)) };
    });
    const draws = Array.from({ length: rounds }, (_, round) => {
      const key = Key.from(2).child("round", round);
      const which = integers(key.child("which"), batch, data.length);
      const out = interpretProgram(program, {
        ...weights,
        x0: hostTensor(Float64Array.from(normal(key.child("noise"), 2 * batch)), [batch, 2]),
        x1: points(Array.from(which, (i) => data[i] ?? [])),
        t: vector(Array.from(uniform(key.child("time"), batch), (u) => t0 + (t1 - t0) * u)),
      });
      return { conditional: Array.from(out["conditional"]!.data, Number), marginal: Array.from(out["marginal"]!.data, Number) };
    });
    const parameters = draws[0]!.marginal.map((_, i) => {
      const statistics = (values: readonly number[]) => {
        const average = values.reduce((a, b) => a + b, 0) / rounds;
        const variance = values.reduce((total, value) => total + (value - average) ** 2, 0) / (rounds - 1);
        return { average, error: Math.sqrt(variance / rounds) };
      };
      return {
        difference: statistics(draws.map(({ conditional, marginal }) => (conditional[i] ?? NaN) - (marginal[i] ?? NaN))),
        gradient: statistics(draws.map(({ marginal }) => marginal[i] ?? NaN)),
      };
    });
    for (const { difference } of parameters) {
      expect(Math.abs(difference.average)).toBeLessThan(4.5 * difference.error);
      expect(difference.error).toBeGreaterThan(0);
    }
    // The test can tell: the gradient is many errors of the difference away from 0.
    const size = (pick: (p: (typeof parameters)[number]) => number): number => Math.sqrt(parameters.reduce((total, p) => total + pick(p) ** 2, 0));
    expect(size(({ gradient }) => gradient.average)).toBeGreaterThan(20 * size(({ difference }) => difference.error));
  });
});

describe("bad arguments", () => {
  it("are refused by name", () => {
    expect(() => marginalField(otPath(), hostTensor([], [0, 2]))).toThrow(/marginalField: data: expected at least one example, \[n, ...event\], got \[0, 2\]/);
    expect(() => evaluate([[1, 2, 3]], [[1, 2, 3]], [0.5], (x, _y, t) => ({ u: marginalField(otPath(), dataTensor).velocity(x, t) }))).toThrow(
      /marginalField: expected points \[batch, 2\] as the data, got \[1, 3\]/,
    );
  });
});
