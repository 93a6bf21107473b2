import { Key, mlp, pointSets, trainingPoints } from "fluxion";
import type { BenchCase } from "../case.ts";
import { trainingCase } from "../training.ts";

const points = pointSets.checkerboard.sample(Key.from("bench points"), 20_000);
const { training: data } = trainingPoints(points, [20_000, 2], { holdOutKey: Key.from("bench held out") });

/** Ratio that each width should reach. */
const targets = new Map([[64, 3], [128, 1.7], [256, 1.3], [512, 1]]);

export const cases: readonly BenchCase[] = [...targets].map(([width, value]) =>
  trainingCase({
    name: `train-mlp-${String(width)}`,
    what: `a training step of an MLP on points in the plane, ${String(width)} wide, 4 hidden layers, batch 256`,
    target: { bound: "atLeast", value },
    model: mlp({ dimension: 2, width }),
    data,
    batch: 256,
    // As many as take a quarter of a second or less, which is what `fluxion train` does in a call.
    chunk: width < 256 ? 100 : width === 256 ? 50 : 20,
    checkedCalls: 1,
  }),
);
