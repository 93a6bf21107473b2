import type { Tensor } from "@fluxion/graph";
import { reachable } from "../src/tensor.ts";
import type { Node } from "../src/tensor.ts";

/** The nodes that tensors depend on, those in the bodies of control flow too. */
export const everyNode = (outputs: readonly Tensor[]): Node[] =>
  reachable(outputs).flatMap((node) => [node, ...(node.op.bodies?.of(node.attrs) ?? []).flatMap((body) => everyNode(body.outputs))]);
