import { isFloat } from "../host.ts";
import { checkBodyInputs, closeOver, inline, traceBody } from "../body.ts";
import type { Closure } from "../body.ts";
import { applyOp, defineOp } from "../op.ts";
import { sameShape } from "../shape.ts";
import { interpretBody } from "../interpreter.ts";
import { inputOf, nextNodeId } from "../tensor.ts";
import type { Body, Node, Op, Tensor, TensorType, TensorsOf } from "../tensor.ts";
import { scalarValue } from "./constant.ts";
import { zeros, zerosLike } from "./fill.ts";

/** Inputs are the predicate, then what the first branch captures, then what the second does. */
interface CondAttrs {
  readonly then: Body;
  readonly otherwise: Body;
}

const float = ({ dtype }: TensorType): boolean => isFloat(dtype);

const partsOf = (node: Node<CondAttrs>): { readonly then: readonly Tensor[]; readonly otherwise: readonly Tensor[] } => {
  const split = 1 + node.attrs.then.inputs.length;
  return { then: node.inputs.slice(1, split), otherwise: node.inputs.slice(split) };
};

const condOp: Op<CondAttrs> = defineOp<CondAttrs>({
  name: "cond",
  infer: (inputs, { then, otherwise }) => {
    checkBodyInputs("cond", then, inputs.slice(1, 1 + then.inputs.length));
    checkBodyInputs("cond", otherwise, inputs.slice(1 + then.inputs.length));
    return then.outputs.map(({ shape, dtype }) => ({ shape, dtype }));
  },
  evaluate: ([predicate, ...captured], { then, otherwise }, run) => {
    const split = then.inputs.length;
    return predicate?.data[0] === 0
      ? interpretBody(otherwise, captured.slice(split), run)
      : interpretBody(then, captured.slice(0, split), run);
  },
  // The derivative of a choice is the choice of derivatives: the branch that was not taken contributes zero.
  vjp: (node, cotangents, { vjp }) => {
    const { then, otherwise } = partsOf(node);
    const outputs = node.outputs.filter(float);
    const g = outputs.map((output) => cotangents[node.outputs.indexOf(output)] ?? zerosLike(output));
    const pull = (body: Body, captured: readonly Tensor[]): Tensor[] =>
      vjp(inline(body, captured).filter(float), g, captured.filter(float));
    const still = (captured: readonly Tensor[]): Tensor[] => captured.filter(float).map(zerosLike);
    const found = choose(
      inputOf(node),
      () => [...pull(node.attrs.then, then), ...still(otherwise)],
      () => [...still(then), ...pull(node.attrs.otherwise, otherwise)],
    );
    let next = 0;
    return node.inputs.map((x, i) => (i > 0 && float(x) ? found[next++] : undefined));
  },
  jvp: (node, tangents, count, { jvp }) => {
    const { then, otherwise } = partsOf(node);
    const push = (body: Body, captured: readonly Tensor[], first: number): Tensor[] => {
      const moving = captured.filter((x, i) => float(x) && tangents[first + i]);
      const given = captured.flatMap((x, i) => (float(x) ? (tangents[first + i] ?? []) : []));
      const outputs = inline(body, captured).filter(float);
      return moving.length === 0 ? outputs.map(({ shape, dtype }) => zeros([count, ...shape], dtype)) : jvp(outputs, moving, given);
    };
    const found = choose(
      inputOf(node),
      () => push(node.attrs.then, then, 1),
      () => push(node.attrs.otherwise, otherwise, 1 + then.length),
    );
    let next = 0;
    return node.outputs.map((y) => (float(y) ? found[next++] : undefined));
  },
  simplify: (node) => {
    const value = scalarValue(inputOf(node));
    if (value === undefined) return undefined;
    const { then, otherwise } = partsOf(node);
    return value === 0 ? inline(node.attrs.otherwise, otherwise) : inline(node.attrs.then, then);
  },
  lower: (emitter, { attrs, outputs }, [predicate = "", ...captured]) => {
    const split = attrs.then.inputs.length;
    return emitter.emitMany("If", [predicate], outputs.length, {
      then_branch: { graph: emitter.body(attrs.then, 0, captured.slice(0, split)) },
      else_branch: { graph: emitter.body(attrs.otherwise, 0, captured.slice(split)) },
    });
  },
  bodies: {
    of: ({ then, otherwise }) => [then, otherwise],
    with: (attrs, [then = attrs.then, otherwise = attrs.otherwise]) => ({ then, otherwise }),
    runs: ({ then, otherwise }) => [
      { body: then, times: 1, state: 0, slices: 0, captured: 1 },
      { body: otherwise, times: 1, state: 0, slices: 0, captured: 1 + then.inputs.length },
    ],
  },
});

/** Everything made while tracing a branch belongs to it, so that only the branch taken is computed. */
function traceBranch(name: string, branch: () => readonly Tensor[]): Closure {
  const first = nextNodeId();
  return closeOver(traceBody(name, [], branch), (node) => node.id >= first);
}

function choose(predicate: Tensor, then: () => readonly Tensor[], otherwise: () => readonly Tensor[]): Tensor[] {
  const [yes, no] = [traceBranch("then", then), traceBranch("else", otherwise)];
  const [a, b] = [yes.body.outputs, no.body.outputs];
  if (a.length !== b.length || !a.every((x, i) => x.dtype === b[i]?.dtype && sameShape(x.shape, b[i].shape))) {
    throw new RangeError(
      `cond: expected branches that return tensors of equal types, got ${a.map(String).join(", ")} and ${b.map(String).join(", ")}`,
    );
  }
  return [...applyOp(condOp, { then: yes.body, otherwise: no.body }, [predicate, ...yes.captures, ...no.captures])];
}

/**
 * One of two computations: only the branch taken is run. To choose elementwise, use `where`.
 *
 * @param predicate - a boolean of shape `[]`
 * @param then - what to compute where it holds; tensors from outside may be used
 * @param otherwise - what to compute else: as many tensors, of the same types
 * @throws TypeError if the predicate is no boolean scalar; RangeError if the branches differ in type
 */
export function cond<const T extends readonly Tensor[]>(
  predicate: Tensor,
  then: () => T,
  otherwise: () => readonly Tensor[],
): TensorsOf<T> {
  if (predicate.dtype !== "bool" || predicate.rank !== 0) {
    throw new TypeError(`cond: expected a bool predicate of shape [], got ${predicate.toString()}; use where to choose elementwise`);
  }
  return choose(predicate, then, otherwise) as TensorsOf<T>;
}
