import { explain, grad, hostTensor, input, interpretProgram, referenceRuntime, trace } from "@fluxion/graph";
import { createFlow, initParameters, Key, likelihoodObjective, mlp, normal, objectiveFromConfig, otPath, rademacher, resolveOptimizer, stepProgram, velocityObjective } from "fluxion";
import type { LikelihoodOptions, Model, Objective, Path } from "fluxion";
import { describe, expect, it } from "vitest";
import { knowing, mean, std } from "./gaussian.ts";
import { straight, ve } from "./paths.ts";

const host = (values: ArrayLike<number>, shape: readonly number[]) => hostTensor(Float64Array.from(values), [...shape]);
const model = mlp({ dimension: 2, width: 4, depth: 1, time: "plain" });
const parameters = Object.entries(initParameters(model, Key.from(3)));
const batch = 5;
const x1 = normal(Key.from(1), 2 * batch);

/** The loss of a batch and its gradient by all parameters, in float64. */
function evaluate(objective: Objective, on: Model, params: Readonly<Record<string, ArrayLike<number>>>, probes: ArrayLike<number>, path: Path = otPath()) {
  const shape = { path, batch, event: [2] };
  const drawn = objective.inputs(shape);
  const specs = Object.fromEntries([
    ...Object.entries(drawn).map(([name, { shape }]) => [`in.${name}`, input([...shape])] as const),
    ...Object.entries(on.parameters).map(([name, { shape }]) => [name, input([...shape])] as const),
  ]);
  const program = trace("likelihood", specs, (given) => {
    const inputs = Object.fromEntries(Object.keys(drawn).map((name) => [name, given[`in.${name}`]!]));
    const weights = Object.fromEntries(Object.keys(on.parameters).map((name) => [name, given[name]!]));
    const loss = objective.loss({ ...shape, model: on, params: weights, inputs });
    const gradients = grad(loss, Object.values(weights));
    return { loss, ...Object.fromEntries(Object.keys(weights).map((name, i) => [`d.${name}`, gradients[i]!])) };
  });
  const out = interpretProgram(program, {
    "in.x1": host(x1, [batch, 2]),
    ...("probes" in drawn && { "in.probes": host(probes, drawn["probes"].shape) }),
    ...Object.fromEntries(Object.entries(on.parameters).map(([name, { shape }]) => [name, host(params[name]!, shape)])),
  });
  return { loss: Number(out["loss"]?.data[0]), gradient: (name: string) => Array.from(out[`d.${name}`]?.data ?? [], Number) };
}

const values = Object.fromEntries(parameters.map(([name, { data }]) => [name, Float64Array.from(data as Float32Array)]));
const signs = rademacher(Key.from(2), 2 * batch);

describe("the gradient through the solve", () => {
  it.each<[string, LikelihoodOptions]>([
    ["exact, rk4", { divergence: "exact", steps: 3 }],
    ["Hutchinson, midpoint", { solver: "midpoint", steps: 4 }],
    ["both regularisers", { solver: "heun", steps: 2, kinetic: 0.1, jacobian: 0.2 }],
    ["exact with both, dopri5 on a grid", { solver: "dopri5", steps: 2, divergence: "exact", kinetic: 0.1, jacobian: 0.2 }],
    ["recomputed", { steps: 3, kinetic: 0.1, recompute: true }],
  ])("is that of the discretised loss: %s", (_name, options) => {
    const objective = likelihoodObjective(options);
    const { gradient } = evaluate(objective, model, values, signs);
    for (const name of Object.keys(values)) {
      const index = 1;
      const shifted = (by: number): number => {
        const moved = { ...values, [name]: values[name]!.map((value, i) => (i === index ? value + by : value)) };
        return evaluate(objective, model, moved, signs).loss;
      };
      const difference = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
      expect(gradient(name)[index], name).toBeCloseTo(difference, 7);
    }
  });

  it("does not depend on recomputing", () => {
    const [kept, again] = [false, true].map((recompute) => evaluate(likelihoodObjective({ steps: 3, recompute }), model, values, signs));
    expect(again?.loss).toBeCloseTo(kept?.loss ?? NaN, 12);
    kept?.gradient("hidden.0.weight").forEach((value, i) => {
      expect(again?.gradient("hidden.0.weight")[i]).toBeCloseTo(value, 12);
    });
  });
});

describe("the loss", () => {
  it("is the negative log-likelihood of the flow, per dimension", async () => {
    for (const [path, steps] of [[straight, 40], [ve, 100]] as const) {
      const known = knowing(path, "velocity");
      const { loss } = evaluate(likelihoodObjective({ divergence: "exact", steps }), known, {}, signs, path);
      const flow = createFlow({ runtime: referenceRuntime(), model: known, params: {}, path });
      const { logProb } = await flow.logProb(x1, { rtol: 1e-7, atol: 1e-7 });
      expect(loss).toBeCloseTo(-logProb.reduce((a, b) => a + b, 0) / (2 * batch), 4);
    }
    // The Gaussian's own density on the straight path.
    const { loss } = evaluate(likelihoodObjective({ divergence: "exact", steps: 40 }), knowing(straight, "velocity"), {}, signs, straight);
    const nll = x1.reduce((total, x, i) => total + 0.5 * ((x - (mean[i % 2] ?? 0)) / std) ** 2 + 0.5 * Math.log(2 * Math.PI) + Math.log(std), 0);
    expect(loss).toBeCloseTo(nll / (2 * batch), 5);
  });

  it("is that of the exact divergence in the mean over probes", () => {
    // All four pairs of signs: the mean over Rademacher probes, with nothing left to chance.
    for (const regularised of [{}, { jacobian: 0.3, kinetic: 0.1 }]) {
      const exact = evaluate(likelihoodObjective({ divergence: "exact", steps: 3, ...regularised }), model, values, signs).loss;
      const all = [[1, 1], [1, -1], [-1, 1], [-1, -1]].flatMap((pair) => Array.from({ length: batch }, () => pair).flat());
      const estimate = evaluate(likelihoodObjective({ probes: 4, steps: 3, ...regularised }), model, values, all).loss;
      expect(estimate).toBeCloseTo(exact, 12);
      const one = evaluate(likelihoodObjective({ steps: 3, ...regularised }), model, values, signs).loss;
      expect(Math.abs(one - exact)).toBeGreaterThan(1e-6);
    }
  });

  it("grows by the regularisers it is given", () => {
    const plain = evaluate(likelihoodObjective({ steps: 3 }), model, values, signs).loss;
    for (const name of ["kinetic", "jacobian"]) {
      const [one, two] = [1, 2].map((weight) => evaluate(likelihoodObjective({ steps: 3, [name]: weight }), model, values, signs).loss);
      expect(one).toBeGreaterThan(plain);
      expect((two ?? NaN) - plain).toBeCloseTo(2 * ((one ?? NaN) - plain), 10);
    }
  });
});

describe("the cost of a step", () => {
  const optimizer = resolveOptimizer();
  const flops = (objective: Objective): number =>
    explain(stepProgram({ model: mlp({ dimension: 2, width: 64, depth: 2 }), path: otPath(), objective, batch: 64, optimizer }), { sizes: { steps: 1 } }).totals.flops;

  it("is told, and follows from the evaluations of the network", () => {
    expect(velocityObjective().evaluations).toBe(1);
    expect(likelihoodObjective().evaluations).toBe(32);
    // The seventh stage of dopri5 only serves the next step.
    expect(likelihoodObjective({ solver: "dopri5", steps: 5 }).evaluations).toBe(30);
    const regression = flops(velocityObjective());
    expect(flops(likelihoodObjective({ steps: 2 })) / regression).toBeGreaterThan(8);
    expect(flops(likelihoodObjective({ steps: 4 })) / flops(likelihoodObjective({ steps: 2 }))).toBeCloseTo(2, 0);
  });
});

describe("options", () => {
  it("are rebuilt and refused by name", () => {
    const objective = likelihoodObjective({ solver: "heun", kinetic: 0.5 });
    expect(objectiveFromConfig(objective.config).config).toEqual(objective.config);
    expect(objectiveFromConfig(likelihoodObjective({ divergence: "exact" }).config).evaluations).toBe(32);
    expect(() => likelihoodObjective({ steps: 0 })).toThrow(/likelihood: steps: expected a whole number from 1, got 0/);
    expect(() => likelihoodObjective({ kinetic: -1 })).toThrow(/likelihood: kinetic: expected a number from 0, got -1/);
    expect(() => likelihoodObjective({ divergence: "exact", probes: 2 })).toThrow(/likelihood: probes: expected none with the exact divergence, got 2/);
    expect(() => likelihoodObjective({ solver: "magic" as "rk4" })).toThrow(/solver: expected one of euler.*got "magic"/);
    expect(() => likelihoodObjective({ speed: 1 } as LikelihoodOptions)).toThrow(/likelihood: unknown option "speed"/);
  });
});
