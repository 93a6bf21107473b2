/** @file A trained flow of points in the plane: what sampling and likelihoods are measured on. */
import type { Flow, Model } from "fluxion";
import { flattenValues, Key, mlp, otPath, pointSets, trainFlow, trainingPoints } from "fluxion";
import type { Context } from "./case.ts";
import { writeArray } from "./rival.ts";

const key = Key.from("bench flow");

/** The width and depth that `fluxion train` gives points. */
export const model: Model = mlp({ dimension: 2 });

const { training } = trainingPoints(pointSets.checkerboard.sample(key.child("points"), 20_000), [20_000, 2], {
  holdOutKey: key.child("held out"),
});

/** Tolerances of the paper and of every default. */
export const tolerances = { rtol: 1e-5, atol: 1e-5 } as const;

const flows = new WeakMap<object, Promise<Flow>>();

/** Trains the flow, once a run. It works in model space: its transform is the identity. */
export function trainedFlow({ runtime, quick }: Context): Promise<Flow> {
  const known = flows.get(runtime) ?? train(runtime, quick ? 200 : 3000);
  flows.set(runtime, known);
  return known;
}

function train(runtime: Context["runtime"], steps: number): Promise<Flow> {
  const data = { ...training, transform: { kind: "identity" } as const };
  const schedule = { learningRate: 5e-3, warmupSteps: Math.min(200, steps / 10), schedule: "polynomial" } as const;
  return trainFlow({ runtime, model, path: otPath(), data, key, batchSize: 256, steps, ...schedule });
}

/** Data points `[count, 2]` in model space. */
export function dataPoints(count: number): Float32Array {
  const points = new Float32Array(2 * count);
  training.fill(key.child("data points"), 0, points);
  return points;
}

/** What the rival's solves have in common. */
export function solveSetup({ folder }: Context, flow: Flow, points: number): Readonly<Record<string, unknown>> {
  return {
    model: model.config,
    specs: Object.entries(model.parameters).map(([name, { shape }]) => [name, shape]),
    parameters: writeArray(folder, "parameters", flattenValues(model.parameters, flow.params)),
    points,
    ...tolerances,
  };
}
