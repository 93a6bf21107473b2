import type { Tensor } from "@fluxion/graph";
import { constant, gather, hostTensor, mul, referenceRuntime } from "@fluxion/graph";
import type { Conditioning, Flow, Model } from "fluxion";
import { createFlow, Key, mlp, otPath, adm, initParameters } from "fluxion";
import { describe, expect, it } from "vitest";

/** A model of points whose velocity is one vector for each of two classes, and one for none: a shift of the prior. */
const shifts = [[1, 0], [0, 2], [-3, 5]] as const;
const shifting: Model = {
  kind: "shift",
  config: {},
  eventShape: [2],
  classes: 2,
  parameters: { scale: { shape: [1], init: () => Float32Array.of(1) } },
  apply: (params, _xt, _t, condition) =>
    mul(gather(constant(shifts.flat(), [3, 2]), condition?.labels as Tensor), params["scale"] as Tensor),
};
const make = (model: Model): Flow =>
  createFlow({
    runtime: referenceRuntime(),
    model,
    path: otPath(),
    params: Object.fromEntries(Object.entries(model.parameters).map(([name, { shape, init }]) => [name, hostTensor(init(Key.from(0)), shape)])),
  });
const options = { count: 4, key: Key.from(3), solver: "euler", steps: 10 } as const;

/** The shift of each sample against those of class 0, which is known. */
async function shiftsOf(given: Conditioning): Promise<number[][]> {
  const flow = make(shifting);
  const [plain, moved] = [await flow.sample({ ...options, labels: 0 }), await flow.sample({ ...options, ...given })];
  return Array.from({ length: 4 }, (_, i) => [0, 1].map((j) => (moved.values[2 * i + j] ?? NaN) - (plain.values[2 * i + j] ?? NaN) + shifts[0][j as 0]));
}

const near = (got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void => {
  got.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(expected.flat()[i] ?? NaN, 5);
  });
};

describe("conditions of a flow", () => {
  it("give each example its class, in any chunks", async () => {
    const expected = [shifts[0], shifts[1], shifts[2], shifts[1]];
    near(await shiftsOf({ labels: [0, 1, 2, 1] }), expected);
    near(await shiftsOf({ labels: Int32Array.of(0, 1, 2, 1), chunk: 3 } as Conditioning), expected);
    near(await shiftsOf({ labels: 1 }), new Array(4).fill(shifts[1]));
  });

  it.each([0, 0.5, 1, 2, 5])("guide by u + w (c − u): w = %f", async (guidance) => {
    const guided = [0, 1].map((j) => shifts[2][j as 0] + guidance * (shifts[1][j as 0] - shifts[2][j as 0]));
    near(await shiftsOf({ labels: [1, 1, 1, 1], guidance }), new Array(4).fill(guided));
  });

  it("guide within an interval of times alone", async () => {
    // Of ten Euler steps, those at 0.3, 0.4, 0.5 and 0.6 lie within.
    const expected = [0, 1].map((j) => {
      const [c, u] = [shifts[0][j as 0], shifts[2][j as 0]];
      return 0.6 * c + 0.4 * (u + 3 * (c - u));
    });
    near(await shiftsOf({ labels: 0, guidance: 3, guidanceInterval: [0.25, 0.65] }), new Array(4).fill(expected));
  });

  it("give log-densities under a class", async () => {
    const flow = make(shifting);
    const data = Float64Array.of(1.5, -0.5, 1.5, -0.5);
    const { logProb } = await flow.logProb(data, { labels: [0, 1], solver: "euler", steps: 4 });
    [0, 1].forEach((label) => {
      const [a, b] = [1.5 - shifts[label as 0][0], -0.5 - shifts[label as 0][1]];
      expect(logProb[label]).toBeCloseTo(-Math.log(2 * Math.PI) - (a * a + b * b) / 2, 5);
    });
    const guided = await flow.logProb(data, { labels: 0, guidance: 2, divergence: "hutchinson", key: Key.from(1), solver: "euler", steps: 4 });
    const [a, b] = [1.5 - (2 * 1 + 3), -0.5 - (2 * 0 - 5)];
    expect(guided.logProb[0]).toBeCloseTo(-Math.log(2 * Math.PI) - (a * a + b * b) / 2, 5);
  });

  it.each<readonly [string, Conditioning, string]>([
    ["labels that are missing", {}, "flow: labels: expected a class from 0 to 1 (or 2 for none in particular), got none; pass { labels }"],
    ["labels out of range", { labels: 3 }, "flow: labels: expected classes from 0 to 1 (or 2 for none in particular), got 3"],
    ["labels that are no classes", { labels: [0, 0.5, 1, 1] }, "flow: labels: expected classes from 0 to 1 (or 2 for none in particular), got 0.5"],
    ["too few labels", { labels: [0, 1] }, "flow: labels: expected one for each of 4 examples, got 2"],
    ["no number to guide by", { labels: 0, guidance: NaN }, "flow: guidance: expected a finite number, got NaN"],
    ["an interval without guidance", { labels: 0, guidanceInterval: [0, 1] }, "flow: guidance: expected a finite number, got undefined"],
    ["an interval that falls", { labels: 0, guidance: 2, guidanceInterval: [0.5, 0.2] }, "flow: guidanceInterval: expected [from, to]"],
    ["images to refine", { labels: 0, lowResolution: new Float32Array(4) }, "flow: lowResolution: expected none, since the shift does not refine images"],
  ])("refuses %s", async (_, given, message) => {
    await expect(make(shifting).sample({ ...options, ...given })).rejects.toThrow(message);
  });

  it.each<readonly [string, Conditioning, string]>([
    ["labels", { labels: 1 }, "flow: labels: expected none, since the mlp has no classes, got some"],
    ["guidance", { guidance: 2 }, "flow: guidance: expected none, since the mlp has no classes, got some"],
  ])("refuses %s for a model without classes", async (_, given, message) => {
    await expect(make(mlp({ dimension: 2, width: 2, depth: 1 })).sample({ ...options, ...given })).rejects.toThrow(message);
  });

  it("refines images of low resolution, one for each example", async () => {
    const refining = adm({ image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [], groups: 1, superResolution: 2 });
    const params = Object.fromEntries(
      Object.entries(initParameters(refining, Key.from(0))).map(([name, { data, shape }]) => [
        name,
        hostTensor(Float32Array.from(data as Float32Array, (value, i) => value + 0.1 * Math.sin(i + 1)), shape),
      ]),
    );
    const flow = createFlow({ runtime: referenceRuntime(), model: refining, path: otPath(), params });
    const lowResolution = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
    const call = { count: 2, key: Key.from(0), solver: "euler", steps: 2 } as const;
    const both = await flow.sample({ ...call, lowResolution });
    const apart = await flow.sample({ ...call, lowResolution, chunk: 1 });
    apart.values.forEach((value, i) => {
      expect(value).toBeCloseTo(both.values[i] ?? NaN, 5);
    });
    const other = await flow.sample({ ...call, lowResolution: lowResolution.map((value, i) => (i < 4 ? value : -value)) });
    expect(other.values.slice(0, 16)).toEqual(both.values.slice(0, 16));
    expect(other.values.slice(16)).not.toEqual(both.values.slice(16));
    await expect(flow.sample(call)).rejects.toThrow("flow: lowResolution: expected 2 images [1, 2, 2], got none; pass { lowResolution }");
    await expect(flow.sample({ ...call, lowResolution: new Float32Array(4) })).rejects.toThrow("2 images [1, 2, 2], 8 values, got 4");
  });
});
