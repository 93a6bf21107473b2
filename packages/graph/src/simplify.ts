/** @file The simplifier: constant folding, common subexpressions, dead code, and each op's own identities. */
import { constant, constantData, constantOp } from "./ops/constant.ts";
import { isFloat } from "./host.ts";
import { hoistFromScan } from "./hoist.ts";
import { inputOp, mapBodies, rebuildNode, rewrite } from "./body.ts";
import { evaluation } from "./interpreter.ts";
import { nd } from "./ndarray.ts";
import { applyOp } from "./op.ts";
import { beforeBroadcast, broadcastTo } from "./ops/broadcast.ts";
import { isScan, tidyScans } from "./scans.ts";
import { broadcastShapes, isStatic, sameShape, sizeOf } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { inScope, outputOf } from "./tensor.ts";
import type { Body, Node, Tensor } from "./tensor.ts";
import type { Program } from "./program.ts";

/** Larger results are left to the runtime: folding must not bloat the model. */
const maxFolded = 1024;
const noSizes = evaluation(new Map());

/**
 * An equal program that costs less. Results differ by rounding at most.
 */
export function simplify(program: Program): Program {
  const body = simplifyBody(program.body);
  return {
    ...program,
    body,
    outputs: Object.fromEntries(
      Object.keys(program.outputs).map((name, i) => [name, body.outputs[i] as Tensor]),
    ),
  };
}

/** Simplifies what leads to the outputs of a body; its inputs stay. */
export function simplifyBody(body: Body): Body {
  let { outputs } = tidyScans(body);
  // Gradients expose new common subexpressions to identities once more; a third pass has never found anything.
  for (let pass = 0; pass < 2; pass++) {
    const seen = new Map<string, readonly Tensor[]>();
    outputs = rewrite(outputs, new Map(body.inputs.map((x) => [x, x])), (node, inputs) =>
      simplifyNode(rebuildNode(node, inputs)[0]?.node ?? node, seen, 0),
    );
  }
  // Bodies last and once: nesting must not multiply the passes.
  outputs = rewrite(outputs, new Map(body.inputs.map((x) => [x, x])), (node, inputs) => {
    const simpler = mapBodies(node, inputs, simplifyBody);
    const found = simpler[0]?.node;
    return (found && isScan(found) ? hoistFromScan(found) : undefined) ?? simpler;
  });
  return { ...body, outputs };
}

function simplifyNode(node: Node, seen: Map<string, readonly Tensor[]>, depth: number): readonly Tensor[] {
  const folded = inScope(node.scope, () => fold(node) ?? (depth < 8 ? (lateBroadcast(node) ?? node.op.simplify?.(node)) : undefined));
  if (folded) return folded.map((tensor) => settle(tensor, node, seen, depth + 1));
  const key = keyOf(node);
  if (key === undefined) return node.outputs;
  const twin = seen.get(key);
  if (twin) return twin;
  seen.set(key, node.outputs);
  return node.outputs;
}

/** Broadcasting made late: an operand need not be repeated where the others give the shape. */
function lateBroadcast(node: Node): readonly Tensor[] | undefined {
  if (!node.op.elementwise) return undefined;
  const bare = node.inputs.map(beforeBroadcast);
  if (bare.every((x, i) => x === node.inputs[i])) return undefined;
  const { shape } = outputOf(node);
  const shapeOf = (xs: readonly Tensor[]): Shape => broadcastShapes(node.op.name, ...xs.map((x) => x.shape));
  // One at a time: two that were repeated alike give the shape together.
  const kept = [...node.inputs];
  bare.forEach((x, i) => {
    const before = kept[i];
    if (before === undefined || x === before) return;
    kept[i] = x;
    if (!sameShape(shapeOf(kept), shape)) kept[i] = before;
  });
  if (kept.some((x, i) => x !== node.inputs[i])) return applyOp(node.op, node.attrs, kept);
  return applyOp(node.op, node.attrs, bare).map((y) => broadcastTo(y, shape));
}

/** Nodes that a rule has just made are simplified in turn; older ones already are. */
function settle(tensor: Tensor, before: Node, seen: Map<string, readonly Tensor[]>, depth: number): Tensor {
  const { node } = tensor;
  if (node.id <= before.id || node.op === (inputOp as unknown) || depth >= 8) return tensor;
  const inputs = node.inputs.map((x) => settle(x, before, seen, depth));
  const rebuilt = rebuildNode(node, inputs)[tensor.index] ?? tensor;
  return simplifyNode(rebuilt.node, seen, depth)[rebuilt.index] ?? rebuilt;
}

function fold(node: Node): readonly Tensor[] | undefined {
  if (node.op === (constantOp as unknown) || node.op === (inputOp as unknown) || node.inputs.length === 0) return undefined;
  if (!node.inputs.every((x) => constantData(x) !== undefined)) return undefined;
  // A part of a constant is no larger than it.
  const most = node.op.name === "slice" ? Infinity : maxFolded;
  const small = node.outputs.every(
    ({ shape, dtype }) => isStatic(shape) && sizeOf(shape) <= most && isFloat(dtype),
  );
  // Repeating a value costs more than it saves.
  if (!small || node.op.bodies || node.op.name === "broadcastTo") return undefined;
  const arrays = node.inputs.map((x) =>
    nd(x.shape as readonly number[], Float64Array.from(constantData(x) ?? [])),
  );
  return node.op.evaluate(arrays, node.attrs, noSizes).map(({ shape, data }, i) => constant(data, shape, node.outputs[i]?.dtype));
}

/** Equal keys mean equal values; undefined for what is never merged. */
function keyOf(node: Node): string | undefined {
  if (node.op === (inputOp as unknown) || node.op.bodies) return undefined;
  if (node.op === (constantOp as unknown)) {
    const data = constantData(node.outputs[0] as Tensor);
    if (!data || data.length > 16) return undefined;
    return `constant ${String(node.outputs[0])} ${Array.from(data, (x) => (Object.is(x, -0) ? "-0" : String(x))).join()}`;
  }
  const inputs = node.inputs.map((x) => `${String(x.node.id)}.${String(x.index)}`);
  return `${node.op.name} ${JSON.stringify(node.attrs, exactly)} ${inputs.join()}`;
}

/** Numbers that JSON lacks, as text. */
const exactly = (_key: string, value: unknown): unknown =>
  typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value)) ? (value === 0 ? "-0" : String(value)) : value;
