import type { Tensor } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { Path } from "../paths/path.ts";
import type { BatchInput } from "./batch.ts";
import type { Prediction } from "./conversions.ts";

/** What the inputs of a step depend on. */
export interface StepShape {
  /** The path that the objective trains on, from `pathOf`. */
  readonly path: Path;
  readonly batch: number;
  /** The shape of an example. */
  readonly event: readonly number[];
}

/** What a loss is computed from. */
export interface LossProblem extends StepShape {
  readonly model: Pick<Model, "apply">;
  readonly params: Params<Tensor>;
  /** One tensor for each of `inputs`, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/** What a network is trained to predict, and how its error is weighted. */
export interface Objective {
  readonly kind: string;
  /** Plain JSON from which `objectiveFromConfig` rebuilds the objective. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the network predicts: a flow is made with it. */
  readonly prediction: Prediction;
  /** Evaluations of the network for the loss of one step: its cost, before gradients and divergences. */
  readonly evaluations: number;
  /**
   * The path on the part of its interval where the loss is finite: the whole, unless something divides by zero at an end.
   *
   * @throws RangeError if the objective cannot train on the path
   */
  pathOf(path: Path): Path;
  /** The inputs of one step, by name, and how they are drawn. */
  inputs(shape: StepShape): Readonly<Record<string, BatchInput>>;
  /** A scalar. */
  loss(problem: LossProblem): Tensor;
}

/** The input of that name. */
export function inputNamed(inputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`internal: a step without its input "${name}"`);
  return tensor;
}
