/** @file What the simplifier does to scans: two that compute the same become one, and what nobody reads goes. */
import { rebuildNode, rewrite } from "./body.ts";
import { scanOp } from "./ops/scan.ts";
import type { ScanAttrs } from "./ops/scan.ts";
import { makeNode, nextNodeId, reachable } from "./tensor.ts";
import type { Body, Node, Tensor } from "./tensor.ts";

/** Whether a node is a scan. */
export const isScan = (node: Node): node is Node<ScanAttrs> => node.op === (scanOp as unknown);
const identity = (tensors: readonly Tensor[]): Map<Tensor, Tensor> => new Map(tensors.map((x) => [x, x]));

/** Tidies the scans of a body; those inside their bodies come when these are simplified. */
export function tidyScans(body: Body): Body {
  if (!reachable(body.outputs).some(isScan)) return body;
  return prune(merge(body));
}

/** Derivatives extend a scan to collect what they need: the extension serves the readers of the original too. */
function merge(body: Body): Body {
  const extensions = new Map<number, Node<ScanAttrs>>();
  for (const node of reachable(body.outputs)) {
    if (isScan(node) && node.attrs.extends !== undefined) extensions.set(node.attrs.extends, node);
  }
  if (extensions.size === 0) return body;
  const extensionOf = (node: Node): Node<ScanAttrs> | undefined => {
    let found: Node<ScanAttrs> | undefined;
    for (let at = node; isScan(at); ) {
      const next = extensions.get(at.attrs.id);
      if (!next?.inputs.every((x, i) => x === node.inputs[i])) break;
      at = found = next;
    }
    return found;
  };
  const built = new Map<Node, readonly Tensor[]>();
  const outputs = rewrite(body.outputs, identity(body.inputs), (node, inputs) => {
    const extension = extensionOf(node) ?? node;
    const known = built.get(extension) ?? rebuildNode(extension, inputs);
    if (isScan(extension)) built.set(extension, known);
    return known;
  });
  return { ...body, outputs };
}

function prune(body: Body): Body {
  const used = new Set<Tensor>(body.outputs);
  for (const node of reachable(body.outputs)) for (const input of node.inputs) used.add(input);
  const outputs = rewrite(body.outputs, identity(body.inputs), (node, inputs) =>
    isScan(node) ? pruneScan(node, inputs, used) : rebuildNode(node, inputs),
  );
  return { ...body, outputs };
}

/** The scan without the states and collected values that nobody reads, and without the inputs that only they read. */
function pruneScan(node: Node<ScanAttrs>, inputs: readonly Tensor[], used: ReadonlySet<Tensor>): readonly (Tensor | undefined)[] {
  const { body, carries, sequences } = node.attrs;
  const live = liveOutputs(node, used);
  const read = new Set<Tensor>(body.outputs.filter((_, i) => live[i]));
  for (const { inputs: xs } of reachable([...read])) for (const x of xs) read.add(x);
  const needed = body.inputs.map((x, i) => (i < carries ? live[i] === true : read.has(x)));
  // The length comes from a sequence.
  if (!needed.slice(carries, carries + sequences).includes(true)) needed[carries] = true;
  if (live.every(Boolean) && needed.every(Boolean)) return rebuildNode(node, inputs);
  const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
  const pruned = {
    ...node.attrs,
    id: nextNodeId(),
    extends: undefined,
    carries: count(live.slice(0, carries)),
    sequences: count(needed.slice(carries, carries + sequences)),
    body: { ...body, inputs: body.inputs.filter((_, i) => needed[i]), outputs: body.outputs.filter((_, i) => live[i]) },
  };
  const types = node.outputs.filter((_, i) => live[i]);
  const outputs = makeNode(scanOp, pruned, inputs.filter((_, i) => needed[i]), types, node.frame, node.scope).outputs;
  let next = 0;
  return live.map((is) => (is ? outputs[next++] : undefined));
}

/** A state lives if it is read outside, or if an output that lives depends on it. */
function liveOutputs({ attrs, outputs }: Node<ScanAttrs>, used: ReadonlySet<Tensor>): boolean[] {
  const { body, carries } = attrs;
  const live = outputs.map((output) => used.has(output));
  for (let grown = true; grown; ) {
    grown = false;
    const roots = body.outputs.filter((_, i) => live[i]);
    const read = new Set<Tensor>(roots);
    for (const { inputs } of reachable(roots)) for (const x of inputs) read.add(x);
    for (let i = 0; i < carries; i++) {
      const state = body.inputs[i];
      if (live[i] === true || state === undefined || !read.has(state)) continue;
      live[i] = grown = true;
    }
  }
  return live;
}
