import { referenceRuntime } from "@fluxion/graph";
import { changeSchedule, createFlow, initParameters, Key, mlp, pathFromConfig, vePath } from "fluxion";
import type { AffinePath, Flow } from "fluxion";
import { describe, expect, it } from "vitest";
import { carry, gaussianModel, logDensity, marginalAt } from "./gaussian-data.ts";
import { affinePaths, paths } from "./harness.ts";

const data = { mean: [1, -2], std: 0.5 };
const names = ["ot", "ot without noise", "vp", "ve", "cosine", "polynomial 2.5", "linear-vp", "sine squared", "smoothed cosine"];
const pathNamed = (name: string): AffinePath => affinePaths[name]!;

const flowOf = (from: AffinePath, schedule?: AffinePath): Flow =>
  createFlow({ runtime: referenceRuntime(), model: gaussianModel(from, data), params: {}, path: from, schedule });

describe.each(names)("a model of the path %s", (name) => {
  it.each(names)("goes along %s with an adaptive solver, as the closed form", async (other) => {
    const [from, to] = [pathNamed(name), pathNamed(other)];
    const flow = flowOf(from, to);
    const [t0, t1] = flow.path.interval;
    const [start, end] = [marginalAt(flow.change!.path, data, t0), marginalAt(flow.change!.path, data, t1)];
    const x1 = [0.7, -1.1];
    const tight = { rtol: 2e-6, atol: 2e-6 };
    const { values, logProb } = { ...(await flow.encode(Float64Array.from(x1), tight)), ...(await flow.logProb(Float64Array.from(x1), tight)) };
    const x0 = carry(x1, end, start);
    x0.forEach((value, i) => {
      expect(Math.abs((values[i] ?? NaN) - value)).toBeLessThan(2e-4 * flow.path.priorStd);
    });
    const expected = logDensity(x0, { mean: [0, 0], std: flow.path.priorStd }) + 2 * Math.log(start.std / end.std);
    expect(Math.abs((logProb[0] ?? NaN) - expected)).toBeLessThan(5e-4);
    const back = await flow.decode(values, tight);
    back.values.forEach((value, i) => {
      expect(Math.abs(value - (x1[i] ?? NaN))).toBeLessThan(5e-4);
    });
    expect(back.nfe).toBeLessThan(200);
  });
});

describe("what is cut", () => {
  it("is nothing where a path meets itself", () => {
    const path = pathNamed("ot");
    const { cut, modelInterval, path: same } = changeSchedule(path, path);
    expect(cut).toEqual({ from: { start: 0, end: 0 }, to: { start: 0, end: 0 } });
    expect(modelInterval).toEqual([0, 1]);
    expect(same.interval).toEqual([0, 1]);
    expect(same.priorStd).toBe(1);
  });

  it("is the ratios that only one of the two has", () => {
    // VE from σ = 10 to 0.01 has ratios from 1/100 to 10⁴; the straight path meets them where t/(1 − t) is 1/10 and 100.
    const { cut, snr, path } = changeSchedule(pathNamed("ve"), pathNamed("ot without noise"));
    expect(snr[0]).toBeCloseTo(0.01, 12);
    expect(snr[1]).toBeCloseTo(1e4, 6);
    expect(cut.from).toEqual({ start: 0, end: 0 });
    expect(cut.to.start).toBeCloseTo(1 / 11, 10);
    expect(cut.to.end).toBeCloseTo(1 / 101, 10);
    // Scaled, so that it ends as the VE path: α = 1, σ = 0.01.
    expect(path.at(path.interval[1]).alpha).toBeCloseTo(1, 10);
    expect(path.at(path.interval[1]).sigma).toBeCloseTo(0.01, 10);
    const other = changeSchedule(pathNamed("ot without noise"), pathNamed("ve"));
    expect(other.cut.from.start).toBeCloseTo(1 / 11, 10);
    expect(other.cut.to).toEqual({ start: 0, end: 0 });
    expect(other.path.priorStd).toBe(10);
  });

  it("keeps the result from passing for the whole path in a file", () => {
    const { path } = changeSchedule(pathNamed("ve"), pathNamed("ot without noise"));
    expect(path.config).toMatchObject({ kind: "changed", path: { kind: "ot", sigmaMin: 0 }, interval: path.interval });
    expect(() => pathFromConfig(path.config)).toThrow(/pathFromConfig: expected kind to be one of ot, .*, got "changed"/);
  });

  it("is an end at which one path stands still", () => {
    const { cut } = changeSchedule(pathNamed("polynomial 2.5"), pathNamed("ot without noise"));
    expect(cut.to.start).toBeCloseTo(1e-5, 9);
    expect(cut.from.start).toBeCloseTo(1e-5 ** 0.4, 6);
    expect(cut.to.end).toBe(0);
  });

  it("leaves the samples of a model as they are where its own path sets both ends", async () => {
    const [own, along] = [flowOf(pathNamed("ve")), flowOf(pathNamed("ve"), pathNamed("ot without noise"))];
    const options = { count: 20, key: Key.from(1), rtol: 1e-8, atol: 1e-8 };
    const [expected, drawn] = [await own.sampleWithLogProb(options), await along.sampleWithLogProb(options)];
    expected.values.forEach((value, i) => {
      expect(drawn.values[i]).toBeCloseTo(value, 5);
    });
    expected.logProb.forEach((value, i) => {
      expect(drawn.logProb[i]).toBeCloseTo(value, 5);
    });
  });

  it("is refused where nothing is left, and where the model's path is not affine", () => {
    const [quiet, loud] = [vePath({ sigmaMin: 0.01, sigmaMax: 0.1 }), vePath({ sigmaMin: 1, sigmaMax: 10 })];
    expect(() => changeSchedule(quiet, loud)).toThrow(/changeSchedule: expected paths with signal-to-noise ratios in common, got 100 to 10000 and 0.01 to 1$/);
    const model = gaussianModel(quiet, data);
    expect(() => createFlow({ runtime: referenceRuntime(), model, params: {}, path: paths["gaussian"]!, schedule: quiet })).toThrow(
      /createFlow: schedule: expected a model of an affine path, got one of kind "gaussian"/,
    );
  });
});

describe("a network", () => {
  const network = mlp({ dimension: 2, width: 8, depth: 2 });
  const params = initParameters(network, Key.from(4));
  const runtime = referenceRuntime();
  const [path, other] = [pathNamed("cosine"), pathNamed("ot without noise")];

  // The change is exact for any network: the same trajectory, at other times and scales.
  it.each(["velocity", "x1", "noise", "score"] as const)("that predicts %s draws the same samples along another path", async (prediction) => {
    const own = createFlow({ runtime, model: network, params, path, prediction });
    const along = createFlow({ runtime, model: network, params, path, prediction, schedule: other });
    const options = { count: 4, key: Key.from(5), rtol: 1e-7, atol: 1e-7 };
    const [expected, drawn] = [await own.sampleWithLogProb(options), await along.sampleWithLogProb(options)];
    own.path.interval.forEach((t, i) => {
      expect(along.change!.modelInterval[i]).toBeCloseTo(t, 12);
    });
    expected.values.forEach((value, i) => {
      expect(drawn.values[i]! / value - 1).toBeCloseTo(0, 4);
    });
    expected.logProb.forEach((value, i) => {
      expect(drawn.logProb[i]).toBeCloseTo(value, 3);
    });
  });
});
