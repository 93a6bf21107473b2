/** @file What a scan computes from its sequences alone is computed for all steps at once, before the scan. */
import { inputOp, placeholder, rebuildNode, rewrite } from "./body.ts";
import { reshape } from "./ops/reshape.ts";
import type { ScanAttrs } from "./ops/scan.ts";
import { scanOp } from "./ops/scan.ts";
import { slice } from "./ops/slice.ts";
import { isStatic, sameShape, sizeOf } from "./shape.ts";
import { inScope, makeNode, nextNodeId, reachable } from "./tensor.ts";
import type { Differentiation, Node, Tensor } from "./tensor.ts";

/** Elements of a value of all steps, at most: what is larger is better made where it is used. */
const mostElements = 2 ** 16;

/** What a tensor of the body is outside it. */
interface Outside {
  readonly value: Tensor;
  /** Whether it is of all steps, `[steps, ...]`, not the same in each. */
  readonly stacked: boolean;
}

/**
 * The outputs of a scan over a known number of steps, whose body is left with what depends on its state. A step of a solver has its
 * stages' times as a sequence: what a network makes of the time is then made once.
 *
 * @returns undefined where there is nothing to gain
 */
export function hoistFromScan(node: Node<ScanAttrs>): readonly Tensor[] | undefined {
  const { body, carries, sequences, length } = node.attrs;
  if (typeof length !== "number") return undefined;
  const outside = new Map<Tensor, Outside>();
  body.inputs.slice(carries).forEach((x, i) => {
    outside.set(x, { value: node.inputs[carries + i] ?? x, stacked: i < sequences });
  });
  const before = reachable(body.outputs);
  for (const inner of before) {
    const made = ofAllSteps(inner, inner.inputs.map((x) => outsideOf(x, outside)), length);
    inner.outputs.forEach((output, i) => {
      const value = made?.[i];
      if (value) outside.set(output, value);
    });
  }
  const wanted = new Set<Tensor>(body.outputs);
  for (const inner of before) if (!inner.outputs.some((x) => outside.has(x))) for (const x of inner.inputs) wanted.add(x);
  const hoisted = [...wanted].filter((x) => outside.get(x)?.stacked === true && x.node.op !== (inputOp as unknown));
  if (hoisted.length === 0) return undefined;
  const added = hoisted.map((x, i) => placeholder(body.frame, x, `hoisted_${String(i)}`));
  const outputs = rewrite(body.outputs, new Map([...body.inputs.map((x) => [x, x] as const), ...hoisted.map((x, i) => [x, added[i] ?? x] as const)]), rebuildNode);
  const after = reachable(outputs);
  const read = new Set([...outputs, ...after.flatMap((inner) => inner.inputs)]);
  const kept = (x: Tensor): boolean => read.has(x);
  const own = body.inputs.slice(carries, carries + sequences).filter(kept);
  // A sequence costs a step about as much as an op does.
  if (before.length - after.length <= added.length + own.length - sequences) return undefined;
  const captured = body.inputs.slice(carries + sequences).filter(kept);
  const given = (xs: readonly Tensor[]): Tensor[] => xs.map((x) => outside.get(x)?.value ?? x);
  const attrs = {
    ...node.attrs,
    id: nextNodeId(),
    extends: undefined,
    sequences: own.length + added.length,
    body: { ...body, inputs: [...body.inputs.slice(0, carries), ...own, ...added, ...captured], outputs },
  };
  const inputs = [...node.inputs.slice(0, carries), ...given([...own, ...hoisted, ...captured])];
  return makeNode(scanOp, attrs, inputs, node.outputs, node.frame, node.scope).outputs;
}

const outsideOf = (x: Tensor, outside: ReadonlyMap<Tensor, Outside>): Outside | undefined =>
  outside.get(x) ?? (x.node.frame === undefined ? { value: x, stacked: false } : undefined);

/** The outputs of a node of the body outside it; undefined where it depends on the state, or an op is not made for it. */
function ofAllSteps(node: Node, inputs: readonly (Outside | undefined)[], steps: number): readonly (Outside | undefined)[] | undefined {
  if (node.op === (inputOp as unknown) || node.op.bodies || !inputs.every((x) => x !== undefined)) return undefined;
  if (!inputs.some(({ stacked }) => stacked)) return rebuildNode(node, inputs.map(({ value }) => value)).map((value) => ({ value, stacked: false }));
  const small = node.outputs.every(({ shape }) => isStatic(shape) && steps * sizeOf(shape) <= mostElements);
  if (!small) return undefined;
  const made = inScope(node.scope, () => (node.op.elementwise === true ? stackElementwise(node, inputs, steps) : stackLinear(node, inputs, steps)));
  const fits = made?.every((value, i) => value && sameShape(value.shape, [steps, ...(node.outputs[i]?.shape ?? [])]));
  return fits === true ? made?.map((value) => value && { value, stacked: true }) : undefined;
}

/** Ranks are made equal, so that steps meet steps. */
function stackElementwise(node: Node, inputs: readonly Outside[], steps: number): readonly Tensor[] {
  const rank = node.outputs[0]?.rank ?? 0;
  const aligned = inputs.map(({ value, stacked }) => {
    if (!stacked || value.rank === rank + 1) return value;
    return reshape(value, [steps, ...Array.from({ length: rank + 1 - value.rank }, () => 1), ...value.shape.slice(1)]);
  });
  return makeNode(node.op, node.attrs, aligned, node.op.infer(aligned, node.attrs), undefined, node.scope).outputs;
}

/** Ops that are linear in all operands together, or in either of two. */
const linear = new Set(["reshape", "transpose", "slice", "concat", "broadcastTo"]);
const bilinear = new Set(["matmul"]);

/** The tangents of a linear op are its values, and those are stacked already. */
function stackLinear(node: Node, inputs: readonly Outside[], steps: number): readonly (Tensor | undefined)[] | undefined {
  const count = inputs.filter(({ stacked }) => stacked).length;
  const fits = linear.has(node.op.name) ? count === inputs.length : bilinear.has(node.op.name) && count === 1;
  if (!fits) return undefined;
  // The rule reads the shapes of what it differentiates by, and the value of the other factor.
  const first = inputs.map(({ value, stacked }) => (stacked ? reshape(slice(value, 0, 0, 1), value.shape.slice(1)) : value));
  const [output] = rebuildNode(node, first);
  return output && node.op.jvp?.(output.node, inputs.map(({ value, stacked }) => (stacked ? value : undefined)), steps, notNeeded);
}

const refuse = (): never => {
  throw new Error("internal: a linear op has no body to differentiate");
};
const notNeeded: Differentiation = { vjp: refuse, jvp: refuse };
