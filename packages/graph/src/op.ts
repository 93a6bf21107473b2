/** @file Making and applying ops. */
import type { Emitter } from "./emitter.ts";
import type { NdArray } from "./ndarray.ts";
import type { Dim } from "./shape.ts";
import { makeNode, only } from "./tensor.ts";
import type { Differentiation, ElementCount, Evaluation, Node, Op, Tensor, TensorType } from "./tensor.ts";

/** An op with one output, the common case: rules take and return single values. */
export interface SingleOp<A> {
  readonly name: string;
  infer(inputs: readonly Tensor[], attrs: A): TensorType;
  evaluate(inputs: readonly NdArray[], attrs: A, run: Evaluation): NdArray;
  vjp?(node: Node<A>, cotangent: Tensor, differentiation: Differentiation): readonly (Tensor | undefined)[];
  jvp?(
    node: Node<A>,
    tangents: readonly (Tensor | undefined)[],
    count: Dim,
    differentiation: Differentiation,
  ): Tensor | undefined;
  readonly elementwise?: boolean;
  partial?(node: Node<A>, operand: number): Tensor | number;
  simplify?(node: Node<A>): Tensor | undefined;
  lower(emitter: Emitter<Tensor>, node: Node<A>, inputs: readonly string[]): string;
  readonly notDifferentiable?: string;
  flops?(node: Node<A>, count: ElementCount): number;
  readonly contraction?: true;
  readonly view?: true;
}

const defined = new Map<string, Op>();

/** Makes an op known by its name, which is what saved programs refer to. */
export function defineOp<A>(op: Op<A>): Op<A> {
  if (defined.has(op.name)) throw new Error(`internal: two ops are called ${op.name}`);
  defined.set(op.name, op);
  return op;
}

/** Every op by name. */
export const definedOps = (): ReadonlyMap<string, Op> => defined;

/** Wraps the record of a one-output op. */
export function singleOp<A>(op: SingleOp<A>): Op<A> {
  return defineOp<A>({
    name: op.name,
    infer: (inputs, attrs) => [op.infer(inputs, attrs)],
    evaluate: (inputs, attrs, run) => [op.evaluate(inputs, attrs, run)],
    ...(op.vjp && {
      vjp: (node: Node<A>, [g]: readonly (Tensor | undefined)[], differentiation: Differentiation) =>
        (g === undefined ? undefined : op.vjp?.(node, g, differentiation)) ?? node.inputs.map(() => undefined),
    }),
    ...(op.jvp && {
      jvp: (node: Node<A>, tangents: readonly (Tensor | undefined)[], count: Dim, differentiation: Differentiation) => [
        op.jvp?.(node, tangents, count, differentiation),
      ],
    }),
    ...(op.elementwise === true && { elementwise: true }),
    ...(op.partial && { partial: (node: Node<A>, operand: number) => op.partial?.(node, operand) ?? 0 }),
    ...(op.simplify && {
      simplify: (node: Node<A>) => {
        const simpler = op.simplify?.(node);
        return simpler && [simpler];
      },
    }),
    lower: (emitter, node, inputs) => [op.lower(emitter, node, inputs)],
    ...(op.notDifferentiable !== undefined && { notDifferentiable: op.notDifferentiable }),
    ...(op.flops && { flops: (node: Node<A>, count: ElementCount) => op.flops?.(node, count) ?? 0 }),
    ...(op.contraction && { contraction: true }),
    ...(op.view && { view: true }),
  });
}

/** Applies an op: checks the types and makes the node. */
export function applyOp<A>(op: Op<A>, attrs: A, inputs: readonly Tensor[]): readonly Tensor[] {
  return makeNode(op, attrs, inputs, op.infer(inputs, attrs)).outputs;
}

/** Applies a one-output op. */
export function apply<A>(op: Op<A>, attrs: A, ...inputs: readonly Tensor[]): Tensor {
  return only(applyOp(op, attrs, inputs));
}
