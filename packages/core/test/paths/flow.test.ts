import { and, expandDims, greaterEqual, lessEqual, mul, referenceRuntime, where } from "@fluxion/graph";
import { createFlow, isAdaptive, Key, solvers } from "fluxion";
import type { AffinePath, Flow, Model, SolverName } from "fluxion";
import { describe, expect, it } from "vitest";
import { carry, gaussianModel, logDensity, marginalAt } from "./gaussian-data.ts";
import { affinePaths } from "./harness.ts";

const data = { mean: [1, -2], std: 0.5 };
const tight = { rtol: 1e-9, atol: 1e-9 };

it.each(["ot without noise", "cosine"])("meets the golden numbers of N((1, −2), 0.5² I) along %s", async (name) => {
  const path = affinePaths[name] as AffinePath;
  const flow = createFlow({ runtime: referenceRuntime(), model: gaussianModel(path, data), params: {}, path });
  const x1 = Float64Array.of(0.7, -1.1);
  const { values } = await flow.encode(x1, tight);
  expect(values[0]).toBeCloseTo(-0.6, 7);
  expect(values[1]).toBeCloseTo(1.8, 7);
  const { logProb: [nats = NaN] } = await flow.logProb(x1, tight);
  expect(nats).toBeCloseTo(-2.2515827053, 7);
  expect(-nats / (2 * Math.LN2)).toBeCloseTo(1.6241736015, 7);
});

describe.each(Object.entries(affinePaths))("a flow of Gaussian data along %s", (_name, path) => {
  const flow = createFlow({ runtime: referenceRuntime(), model: gaussianModel(path, data), params: {}, path });
  const [t0, t1] = path.interval;
  const [start, end] = [marginalAt(path, data, t0), marginalAt(path, data, t1)];
  const prior = { mean: [0, 0], std: path.priorStd };
  /** log-density of what the flow makes of its prior, not of the marginal at the start. */
  const expected = (x1: number[]) => logDensity(carry(x1, end, start), prior) + 2 * Math.log(start.std / end.std);

  it("encodes and measures as the closed form", async () => {
    const x1 = [0.7, -1.1];
    const { values } = await flow.encode(Float64Array.from(x1), tight);
    carry(x1, end, start).forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
    const { logProb } = await flow.logProb(Float64Array.from(x1), tight);
    expect(logProb[0]).toBeCloseTo(expected(x1), 6);
  });

  it("draws from its prior, and ends with the data's moments", async () => {
    const drawn = await flow.sampleWithLogProb({ count: 500, key: Key.from(1), solver: "dopri5" });
    const values = Array.from(drawn.values);
    for (const axis of [0, 1]) {
      const column = values.filter((_, i) => i % 2 === axis);
      const mean = column.reduce((a, b) => a + b, 0) / 500;
      const std = Math.sqrt(column.reduce((total, value) => total + (value - mean) ** 2, 0) / 499);
      const made = carry([0, 0], start, end)[axis] ?? NaN;
      const width = (path.priorStd / start.std) * end.std;
      expect(Math.abs(mean - made)).toBeLessThan((4 * width) / Math.sqrt(500));
      expect(Math.abs(std / width - 1)).toBeLessThan(4 / Math.sqrt(1000));
    }
    expect(drawn.logProb[3]).toBeCloseTo(expected(values.slice(6, 8)), 3);
  });
});

/** A model that has no value at times outside the path's interval, but for the rounding of float32. */
function fenced(path: AffinePath, [t0, t1]: readonly [number, number] = path.interval): Model {
  const model = gaussianModel(path, data);
  const rounding = 2 ** -24;
  return {
    ...model,
    apply: (params, x, t) => {
      const inside = and(greaterEqual(t, t0 - rounding), lessEqual(t, t1 + rounding));
      return mul(model.apply(params, x, t), expandDims(where(inside, 1, NaN), 1));
    },
  };
}

describe.each(Object.entries(affinePaths))("no solver leaves the interval of %s", (_name, path) => {
  const solverNames = Object.keys(solvers) as SolverName[];
  const points = Float64Array.of(0.7, -1.1, 0.2, 3);
  /** There and back by every solver; the adaptive ones take steps as large as they can. */
  const travel = async (flow: Flow): Promise<void> => {
    for (const solver of solverNames) {
      const options = isAdaptive(solver) ? ({ solver, rtol: 0.5, atol: 0.5 } as const) : ({ solver, steps: 3 } as const);
      const noise = await flow.encode(points, options);
      const back = await flow.decode(noise.values, options);
      expect([...noise.values, ...back.values].every(Number.isFinite), solver).toBe(true);
    }
  };

  it("along itself", async () => {
    await travel(createFlow({ runtime: referenceRuntime(), model: fenced(path), params: {}, path }));
  });

  it.each(["ot without noise", "vp", "ve", "polynomial 2.5", "linear-vp"])("along %s", async (name) => {
    await travel(createFlow({ runtime: referenceRuntime(), model: fenced(path), params: {}, path, schedule: affinePaths[name]! }));
  });
});

it("a fence is noticed", async () => {
  const flow = createFlow({ runtime: referenceRuntime(), model: fenced(affinePaths["cosine"]!, [0.2, 0.9]), params: {}, path: affinePaths["cosine"]! });
  await expect(flow.decode(Float64Array.of(1, 2), { solver: "euler", steps: 3 })).rejects.toThrow(/euler: nonFinite/);
});
