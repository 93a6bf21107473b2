/** @file From settings to what a model is made of. */
import type { Problem } from "../lab/problem.ts";
import type { PathConfig } from "../lab/path-of.ts";
import { ownPoints } from "./own-points.ts";
import { shared, sides } from "./settings.ts";
import type { SideSettings } from "./settings.ts";

/** One of the two models. */
export type Side = 0 | 1;

/** The path that settings ask for, as plain JSON. */
export function pathConfigOf(side: SideSettings): PathConfig {
  const { path, sigmaMin, betaMin, betaMax, veSigmaMin, sigmaMax, degree, alpha, sigma } = side;
  switch (path.value) {
    case "ot":
      return { kind: "ot", sigmaMin: sigmaMin.value };
    case "vp":
      return { kind: "vp", betaMin: betaMin.value, betaMax: betaMax.value };
    case "ve":
      return { kind: "ve", sigmaMin: veSigmaMin.value, sigmaMax: sigmaMax.value };
    case "polynomial":
      return { kind: "polynomial", n: degree.value };
    case "formula":
      return { kind: "formula", alpha: alpha.value, sigma: sigma.value };
    case "cosine":
    case "linear-vp":
      return { kind: path.value };
  }
}

/** The data that settings ask for; own points only once there are some. */
export function dataOf(): Problem["data"] {
  const name = shared.data.value;
  const count = Math.round(shared.setSize.value);
  if (name !== "own") return { kind: "set", name, count };
  return ownPoints.value && ownPoints.value.length >= 4 ? { kind: "points", points: ownPoints.value } : { kind: "set", name: "moons", count };
}

/** Everything that a model is trained from. */
export function problemOf(side: Side): Problem {
  const own = sides[side];
  return {
    data: dataOf(),
    path: pathConfigOf(own),
    objective: own.objective.value,
    width: own.width.value,
    depth: own.depth.value,
    batch: shared.batch.value,
    learningRate: own.rate.value,
    seed: shared.seed.value,
  };
}
