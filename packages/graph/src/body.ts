/** @file Closed subgraphs: the bodies of control flow, and the rewriting they share with the simplifier. */
import { nd } from "./ndarray.ts";
import { formatShape, sameShape } from "./shape.ts";
import { defineOp } from "./op.ts";
import type { Body, Frame, Node, Tensor, TensorType } from "./tensor.ts";
import { isInside, makeNode, reachable } from "./tensor.ts";

/** A placeholder of a program or a body. */
export const inputOp = defineOp<{ readonly name: string }>({
  name: "input",
  infer: () => [],
  evaluate: () => [nd([0])],
  flops: () => 0,
  lower: () => {
    throw new Error("internal: an input was lowered as a node");
  },
});

let open: Frame | undefined;

/** Traces `fn` in a new frame, inside the one being traced. */
export function traceBody(
  name: string,
  types: readonly TensorType[],
  fn: (inputs: Tensor[]) => readonly Tensor[],
  names?: readonly string[],
): Body {
  const frame: Frame = { name, parent: open, depth: (open?.depth ?? 0) + 1 };
  const outer = open;
  open = frame;
  try {
    const inputs = types.map((type, i) => placeholder(frame, type, names?.[i] ?? `${name}_${String(i)}`));
    return { frame, inputs, outputs: fn(inputs) };
  } finally {
    open = outer;
  }
}

/** An input of a body. */
export function placeholder(frame: Frame, type: TensorType, name: string): Tensor {
  const [tensor] = makeNode(inputOp, { name }, [], [type], frame).outputs;
  if (tensor === undefined) throw new Error("internal: a placeholder without output");
  return tensor;
}

/** A body that uses nothing from outside, and what it used: its further inputs. */
export interface Closure {
  readonly body: Body;
  readonly captures: readonly Tensor[];
}

/**
 * Turns what a body uses from outside into further inputs of it.
 *
 * @param isOwn - whether a node belongs to the body; by default those that depend on its inputs, so that the rest is
 *   computed once, outside
 */
export function closeOver(body: Body, isOwn = (node: Node): boolean => isInside(node.frame, body.frame)): Closure {
  const isOuter = ({ node }: Tensor): boolean => node.frame !== undefined && !isOwn(node);
  const captures = new Set<Tensor>();
  const seen = new Set<Node>();
  const pending = [...body.outputs];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (isOuter(tensor)) captures.add(tensor);
    else if (!seen.has(tensor.node)) {
      seen.add(tensor.node);
      pending.push(...tensor.node.inputs);
    }
  }
  if (captures.size === 0) return { body, captures: [] };
  const substitutes = new Map<Tensor, Tensor>();
  const added = [...captures].map((tensor, i) => {
    const inner = placeholder(body.frame, tensor, `captured_${String(i)}`);
    substitutes.set(tensor, inner);
    return inner;
  });
  const outputs = rewrite(body.outputs, substitutes, rebuildNode);
  return { body: { frame: body.frame, inputs: [...body.inputs, ...added], outputs }, captures: [...captures] };
}

/** Refuses inputs of control flow that are not of the types of its body's. */
export function checkBodyInputs(where: string, { inputs }: Body, given: readonly TensorType[]): void {
  const fits = given.length === inputs.length && inputs.every((x, i) => x.dtype === given[i]?.dtype && sameShape(x.shape, given[i].shape));
  if (fits) return;
  const show = (types: readonly TensorType[]): string => types.map(({ shape, dtype }) => `${dtype}${formatShape(shape)}`).join(", ");
  throw new RangeError(`${where}: its body expects ${show(inputs)}, got ${show(given)}`);
}

/** The outputs of a body for given inputs, as nodes of the graph around it. */
export function inline(body: Body, inputs: readonly Tensor[]): Tensor[] {
  return rewrite(body.outputs, new Map(body.inputs.map((x, i) => [x, inputs[i] ?? x])), rebuildNode);
}

/** A node applied to new inputs, kept as it is where nothing changed. */
export function rebuildNode(node: Node, inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.every((input, i) => input === node.inputs[i])) return node.outputs;
  return makeNode(node.op, node.attrs, inputs, node.op.infer(inputs, node.attrs), undefined, node.scope).outputs;
}

/** A control-flow node with its bodies replaced, kept as it is where nothing changed. */
export function mapBodies(node: Node, inputs: readonly Tensor[], map: (body: Body) => Body): readonly Tensor[] {
  const { bodies } = node.op;
  if (!bodies) return rebuildNode(node, inputs);
  const before = bodies.of(node.attrs);
  const after = before.map(map);
  const same = after.every((body, i) => body.outputs.every((output, j) => output === before[i]?.outputs[j]));
  if (same) return rebuildNode(node, inputs);
  return makeNode(node.op, bodies.with(node.attrs, after), inputs, node.outputs, node.frame, node.scope).outputs;
}

/** Rebuilds `outputs` bottom-up: `visit` gives the outputs of each node for its rewritten inputs (those that are read). */
export function rewrite(
  outputs: readonly Tensor[],
  substitutes: ReadonlyMap<Tensor, Tensor>,
  visit: (node: Node, inputs: readonly Tensor[]) => readonly (Tensor | undefined)[],
): Tensor[] {
  const done = new Map<Tensor, Tensor>(substitutes);
  const get = (tensor: Tensor): Tensor => {
    const result = done.get(tensor);
    if (result === undefined) throw new Error(`internal: ${tensor.node.op.name} was used before it was rewritten`);
    return result;
  };
  for (const node of reachable(outputs, new Set(substitutes.keys()))) {
    const results = visit(node, node.inputs.map(get));
    node.outputs.forEach((output, i) => {
      const result = results[i];
      if (result !== undefined && !done.has(output)) done.set(output, result);
    });
  }
  return outputs.map(get);
}
