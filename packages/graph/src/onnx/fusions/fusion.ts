/** @file What the rules of the last rewriting have in common. */
import type { Target } from "../../emitter.ts";
import type { Node, Tensor } from "../../tensor.ts";

/** What a rule may know of the body around a node. */
export interface Surroundings {
  /** How often each tensor is used, by the tensors of before the rewriting. */
  readonly uses: ReadonlyMap<Tensor, number>;
  readonly target: Target;
}

/** What a node becomes, whose inputs were rewritten already, or undefined where the rule does not apply. */
export type Fusion = (node: Node, inputs: readonly Tensor[], around: Surroundings) => Tensor | undefined;

/** A rule over a whole body: what a node becomes. */
export type Sharing = (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined;
