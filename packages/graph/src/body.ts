/** @file Closed subgraphs: the bodies of control flow, and the rewriting they share with the simplifier. */
import { nd } from "./ndarray.ts";
import { applyOp, defineOp } from "./op.ts";
import type { Body, Frame, Node, Tensor, TensorType } from "./tensor.ts";
import { isInside, makeNode, reachable } from "./tensor.ts";

/** A placeholder of a program or a body. */
export const inputOp = defineOp<{ readonly name: string }>({
  name: "input",
  infer: () => [],
  evaluate: () => [nd([0])],
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

function placeholder(frame: Frame, type: TensorType, name: string): Tensor {
  const [tensor] = makeNode(inputOp, { name }, [], [type], frame).outputs;
  if (tensor === undefined) throw new Error("internal: a placeholder without output");
  return tensor;
}

/** Turns what a body uses from outside into further inputs of it. */
export function closeOver(body: Body): { readonly body: Body; readonly captures: readonly Tensor[] } {
  const isOuter = ({ node }: Tensor): boolean =>
    node.frame !== undefined && !isInside(node.frame, body.frame);
  const captures = new Set<Tensor>(body.outputs.filter(isOuter));
  for (const node of reachable(body.outputs)) {
    if (!isInside(node.frame, body.frame)) continue;
    for (const input of node.inputs) if (isOuter(input)) captures.add(input);
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

/** A node applied to new inputs, kept as it is where nothing changed. */
export function rebuildNode(node: Node, inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.every((input, i) => input === node.inputs[i])) return node.outputs;
  return applyOp(node.op, node.attrs, inputs);
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

/** Rebuilds `outputs` bottom-up: `visit` gives the outputs of each node for its rewritten inputs. */
export function rewrite(
  outputs: readonly Tensor[],
  substitutes: ReadonlyMap<Tensor, Tensor>,
  visit: (node: Node, inputs: readonly Tensor[]) => readonly Tensor[],
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
