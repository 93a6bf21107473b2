import { add, expandDims, hostTensor, input, mul, referenceRuntime, trace } from "@fluxion/graph";
import { createFlow, objectiveFromConfig, otPath, restorationObjective } from "fluxion";
import type { Model } from "fluxion";
import { describe, expect, it } from "vitest";

/** A network of points that predicts x + 3t + b. */
const model: Model = {
  kind: "line",
  config: {},
  eventShape: [2],
  parameters: { b: { shape: [2], init: () => Float32Array.of(0.5, -1) } },
  apply: (params, xt, t) => add(add(xt, mul(expandDims(t, 1), 3)), params["b"] ?? 0),
};

describe("restoration", () => {
  const objective = restorationObjective();

  it("is the squared error of the network at zero and the first time", async () => {
    const shape = { path: otPath(), batch: 2, event: [2] };
    expect(Object.keys(objective.inputs(shape))).toEqual(["x1"]);
    const program = trace("loss", { x1: input([2, 2]), b: input([2]) }, ({ x1, b }) => ({
      loss: objective.loss({ ...shape, model, params: { b }, inputs: { x1 } }),
    }));
    const executable = await referenceRuntime().compile(program);
    const { loss } = await executable.run({ x1: hostTensor([1, 2, 3, 4], [2, 2]), b: hostTensor([0.5, -1], [2]) });
    expect(Number(loss.data[0])).toBeCloseTo((0.5 ** 2 + 3 ** 2 + 2.5 ** 2 + 5 ** 2) / 4, 10);
  });

  it("is sampled by one Euler step from zero", async () => {
    const flow = createFlow({ runtime: referenceRuntime(), model, path: otPath(), params: { b: hostTensor([0.5, -1], [2]) } });
    const { values, nfe } = await flow.decode(new Float32Array(4), { solver: "euler", steps: 1 });
    expect(Array.from(values)).toEqual([0.5, -1, 0.5, -1]);
    expect(nfe).toBe(1);
  });

  it("is rebuilt from its configuration, and has no options", () => {
    expect(objectiveFromConfig(objective.config).config).toEqual(objective.config);
    expect(() => objectiveFromConfig({ kind: "restoration", times: { kind: "uniform" } })).toThrow("times");
  });
});
