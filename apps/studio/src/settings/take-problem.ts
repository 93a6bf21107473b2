/** @file From what a model is made of back to the settings. */
import { batch } from "@preact/signals";
import type { Problem } from "../lab/problem.ts";
import { ownPoints } from "./own-points.ts";
import type { Side } from "./problem-of.ts";
import { shared, sides, sideSpecs } from "./settings.ts";

/** Sets the settings of a problem. */
export function takeProblem(side: Side, { data, path, objective, width, depth, batch: points, learningRate, seed }: Problem): void {
  const own = sides[side];
  const kind = sideSpecs.path.values.find((known) => known === path.kind);
  const predicted = sideSpecs.objective.values.find((known) => known === objective);
  if (kind === undefined || predicted === undefined) throw new RangeError(`settings: expected a path and an objective of the page, got ${path.kind} and ${objective}`);
  const number = (name: string, fallback: number): number => Number(path[name] ?? fallback);
  batch(() => {
    shared.data.value = data.kind === "set" ? data.name : "own";
    if (data.kind === "set") shared.setSize.value = data.count;
    else ownPoints.value = data.points;
    shared.batch.value = points;
    shared.seed.value = seed;
    own.path.value = kind;
    own.objective.value = predicted;
    own.width.value = width;
    own.depth.value = depth;
    own.rate.value = learningRate;
    if (kind === "ot") own.sigmaMin.value = number("sigmaMin", own.sigmaMin.value);
    if (kind === "ve") own.veSigmaMin.value = number("sigmaMin", own.veSigmaMin.value);
    own.sigmaMax.value = number("sigmaMax", own.sigmaMax.value);
    own.betaMin.value = number("betaMin", own.betaMin.value);
    own.betaMax.value = number("betaMax", own.betaMax.value);
    own.degree.value = number("n", own.degree.value);
    if (kind === "formula") {
      own.alpha.value = String(path["alpha"]);
      own.sigma.value = String(path["sigma"]);
    }
  });
}
