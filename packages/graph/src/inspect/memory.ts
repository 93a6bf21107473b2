/** @file How much memory tensors take, and how much at once. */
import { inputOp } from "../body.ts";
import type { DType } from "../host.ts";
import { constantOp } from "../ops/constant.ts";
import { inputOf, outputOf, reachable } from "../tensor.ts";
import type { ElementCount, Node, Tensor, TensorType } from "../tensor.ts";

const bytesOf: Readonly<Record<DType, number>> = { float16: 2, float32: 4, float64: 8, int32: 4, int64: 8, uint8: 1, bool: 1 };

/** The bytes of a tensor. */
export function tensorBytes({ shape, dtype }: TensorType, count: ElementCount): number {
  return count(shape) * bytesOf[dtype];
}

/** Whether a node computes: inputs and constants are there from the start. */
export function computes({ op }: Node): boolean {
  return op !== (inputOp as unknown) && op !== (constantOp as unknown);
}

type SourceOf = (tensor: Tensor) => Tensor;

/** The tensor whose memory each one is seen in: through views, its source. */
function sourcesOf(nodes: readonly Node[]): SourceOf {
  const sources = new Map<Tensor, Tensor>();
  const sourceOf: SourceOf = (tensor) => sources.get(tensor) ?? tensor;
  for (const node of nodes) {
    if (node.op.view === true) sources.set(outputOf(node), sourceOf(inputOf(node)));
  }
  return sourceOf;
}

/** The most bytes that are live at once, and the node that runs then. */
export interface Peak {
  readonly bytes: number;
  readonly node: Node | undefined;
}

/**
 * Liveness over the topological order: a tensor is live from its node to its last use, outputs of the graph to its end.
 * While a body runs, its peak comes on top. Inputs and constants are not counted.
 */
export function peakOf(outputs: readonly Tensor[], count: ElementCount): Peak {
  const nodes = reachable(outputs).filter(computes);
  const sourceOf = sourcesOf(nodes);
  const lastUse = lastUses(nodes, outputs, sourceOf);
  const live = new Map<Tensor, number>();
  let [total, peak]: [number, Peak] = [0, { bytes: 0, node: undefined }];
  for (const [i, node] of nodes.entries()) {
    if (node.op.view === true) continue;
    for (const output of node.outputs) {
      const bytes = tensorBytes(output, count);
      live.set(output, bytes);
      total += bytes;
    }
    const inner = bodyPeak(node, count);
    if (total + inner.bytes > peak.bytes) peak = { bytes: total + inner.bytes, node: inner.node ?? node };
    for (const tensor of [...node.inputs.map(sourceOf), ...node.outputs]) {
      const bytes = live.get(tensor);
      if (bytes === undefined || (lastUse.get(tensor) ?? i) > i) continue;
      live.delete(tensor);
      total -= bytes;
    }
  }
  return peak;
}

/** What one run of a body holds beside what is live outside: its own copy of the state, then the peak of its nodes. */
function bodyPeak({ op, attrs }: Node, count: ElementCount): Peak {
  let largest: Peak = { bytes: 0, node: undefined };
  for (const { body, times, state } of op.bodies?.runs(attrs) ?? []) {
    const peak = peakOf(body.outputs, count);
    // A single iteration reads the state from outside.
    const repeats = times === undefined || count([times]) > 1;
    const held = repeats ? body.inputs.slice(0, state) : [];
    const bytes = held.reduce((total, x) => total + tensorBytes(x, count), peak.bytes);
    if (bytes > largest.bytes) largest = { bytes, node: peak.node };
  }
  return largest;
}

function lastUses(nodes: readonly Node[], outputs: readonly Tensor[], sourceOf: SourceOf): Map<Tensor, number> {
  const last = new Map<Tensor, number>();
  nodes.forEach((node, i) => {
    if (node.op.view === true) return;
    for (const input of node.inputs) last.set(sourceOf(input), i);
  });
  for (const output of outputs) last.set(sourceOf(output), nodes.length);
  return last;
}
