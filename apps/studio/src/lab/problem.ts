/** @file What a model is trained from: plain values, so that they cross to the worker and into files. */
import type { AffinePath, FloatArray, Model, Objective, ObjectiveName, PointSetName, TrainingData } from "fluxion";
import { Key, mlp, objectiveFromConfig, pointSets, trainingPoints } from "fluxion";
import type { PathConfig } from "./path-of.ts";
import { pathOf } from "./path-of.ts";

/** The points that a built-in set is drawn as, unless somebody wants more or fewer. */
export const pointsOfSet = 20_000;

/** A built-in set, as so many points. */
export interface BuiltIn {
  readonly kind: "set";
  readonly name: PointSetName;
  readonly count: number;
}

/** Everything that decides what a model becomes, but for the number of steps. */
export interface Problem {
  readonly data: BuiltIn | { readonly kind: "points"; readonly points: Float32Array };
  readonly path: PathConfig;
  readonly objective: ObjectiveName;
  readonly width: number;
  readonly depth: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** What a problem is made of. */
export interface Parts {
  readonly training: TrainingData;
  /** In data space, `[count, 2]`. */
  readonly heldOut: FloatArray;
  /** In nats, where it is known. */
  readonly entropy?: number | undefined;
  readonly path: AffinePath;
  readonly objective: Objective;
  readonly model: Model;
  /** Names all random numbers, as `fluxion train --seed` names them. */
  readonly key: Key;
}

/** @throws RangeError or Error for what cannot be trained */
export function partsOf(problem: Problem): Parts {
  const key = Key.from(problem.seed);
  const { points, entropy } = pointsOf(problem, key);
  const { training, heldOut } = trainingPoints(points, [points.length / 2, 2], { holdOutKey: key.child("holdout") });
  return {
    training,
    heldOut,
    entropy,
    path: pathOf(problem.path),
    objective: objectiveFromConfig({ kind: problem.objective }),
    model: mlp({ dimension: 2, width: problem.width, depth: problem.depth }),
    key,
  };
}

/** The points of a problem in data space, and their entropy where it is known. */
export function pointsOf({ data }: Pick<Problem, "data">, key: Key): { readonly points: Float32Array; readonly entropy?: number } {
  if (data.kind === "points") return { points: data.points };
  const set = pointSets[data.name];
  return { points: set.sample(key.child("points"), data.count), entropy: set.entropy };
}
