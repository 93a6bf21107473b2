/** @file The graph: immutable nodes that apply an op to tensors. Node ids grow, so id order is a topological order. */
import type { DType } from "./host.ts";
import type { Dim, Shape } from "./shape.ts";
import { formatShape } from "./shape.ts";
import type { Emitter } from "./emitter.ts";
import type { NdArray } from "./ndarray.ts";

/** Shape and element type. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tracing context: the body of a `trace` or of a control-flow op. Inner frames see tensors of outer ones. */
export interface Frame {
  readonly name: string;
  readonly parent: Frame | undefined;
  readonly depth: number;
}

/** A subgraph of control flow, whose outputs depend on its inputs and constants only. */
export interface Body {
  readonly frame: Frame;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** What reference evaluation knows of a run. */
export interface Evaluation {
  /** The concrete sizes of a shape in this run. */
  resolve(shape: Shape): readonly number[];
}

/** Derivatives of graphs, handed to the rules of control flow, which differentiate their bodies. */
export interface Differentiation {
  readonly vjp: (outputs: readonly Tensor[], cotangents: readonly Tensor[], wrt: readonly Tensor[]) => Tensor[];
  readonly jvp: (outputs: readonly Tensor[], inputs: readonly Tensor[], tangents: readonly Tensor[]) => Tensor[];
}

/** How a control-flow op runs one of its bodies, whose inputs are the state, slices of sequences, then outer values. */
export interface BodyRun {
  readonly body: Body;
  /** How often, at most; undefined where only a run tells. */
  readonly times: Dim | undefined;
  readonly state: number;
  readonly slices: number;
  /** Which input of the node is the first outer value. */
  readonly captured: number;
}

/** Counts the elements of a shape, whose named dimensions have typical sizes. */
export type ElementCount = (shape: Shape) => number;

/**
 * The one definition of an op.
 *
 * Derivative rules are written with ops, so derivatives are programs and can be differentiated again.
 * Tangents are *stacked*: a tangent of a tensor of shape `s` has shape `[k, ...s]`, k directions at once.
 */
export interface Op<A = unknown> {
  readonly name: string;
  /** The types of the outputs; throws `op: what was expected, what came` at the user's call. */
  infer(inputs: readonly Tensor[], attrs: A): readonly TensorType[];
  /** Reference evaluation in float64 (booleans are 0 and 1). */
  evaluate(inputs: readonly NdArray[], attrs: A, run: Evaluation): readonly NdArray[];
  /** Cotangents of the inputs from those of the outputs; undefined where there is none. */
  vjp?(
    node: Node<A>,
    cotangents: readonly (Tensor | undefined)[],
    differentiation: Differentiation,
  ): readonly (Tensor | undefined)[];
  /** Stacked tangents of the outputs from those of the inputs; undefined where it is zero. */
  jvp?(
    node: Node<A>,
    tangents: readonly (Tensor | undefined)[],
    count: Dim,
    differentiation: Differentiation,
  ): readonly (Tensor | undefined)[];
  /** Said of ops that work on each element by itself, their operands broadcast by NumPy's rule. */
  readonly elementwise?: boolean;
  /** ∂y/∂x of one operand of an elementwise op, which replaces `vjp` and `jvp`; a number is a constant. */
  partial?(node: Node<A>, operand: number): Tensor | number;
  /** A cheaper equal of this node, or undefined. */
  simplify?(node: Node<A>): readonly Tensor[] | undefined;
  /** Emits ONNX nodes for this one; returns the names of its outputs. */
  lower(emitter: Emitter<Tensor>, node: Node<A>, inputs: readonly string[]): readonly string[];
  /** Arithmetic operations of its definition, a multiply-add being 2. Default: one for each element of the outputs. */
  flops?(node: Node<A>, count: ElementCount): number;
  /** Its operations outgrow its elements, as those of products do: threads pay early. */
  readonly contraction?: true;
  /** The output is the memory of the first input, seen in another shape. */
  readonly view?: true;
  /** How to see and replace the bodies in the attributes of a control-flow op, and how it runs them. */
  readonly bodies?: {
    of(attrs: A): readonly Body[];
    with(attrs: A, bodies: readonly Body[]): A;
    runs(attrs: A): readonly BodyRun[];
  };
  /** Why there is no derivative, for the error message. */
  readonly notDifferentiable?: string;
}

/** One application of an op. */
export interface Node<A = unknown> {
  readonly id: number;
  readonly op: Op<A>;
  readonly attrs: A;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Where the user's `scope` calls put it, such as `unet/down.1/attention`. */
  readonly scope: string;
  /** The innermost frame that it depends on; undefined for constants and what is made of them. */
  readonly frame: Frame | undefined;
}

/** A symbolic value of a program: made by ops, immutable, without data. */
export class Tensor implements TensorType {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;

  /** @internal */
  constructor(node: Node, index: number, type: TensorType) {
    this.node = node;
    this.index = index;
    this.shape = type.shape;
    this.dtype = type.dtype;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** `float32[batch, 2]`. */
  toString(): string {
    return `${this.dtype}${formatShape(this.shape)}`;
  }
}

/** A tensor for every item of a list; a tuple stays a tuple. */
export type TensorsOf<T extends readonly unknown[]> = { -readonly [K in keyof T]: Tensor };

let nextId = 0;
let currentScope = "";

/** The id of the node made next: what has a smaller one was there before. */
export const nextNodeId = (): number => nextId;

/**
 * Runs `fn` with `name` appended to the scope that new nodes carry into ONNX node names.
 *
 * @param name - one path segment, such as `down.0`
 */
export function scope<T>(name: string, fn: () => T): T {
  return inScope(currentScope === "" ? name : `${currentScope}/${name}`, fn);
}

/** Runs `fn` in a scope given in full. */
export function inScope<T>(path: string, fn: () => T): T {
  const outer = currentScope;
  currentScope = path;
  try {
    return fn();
  } finally {
    currentScope = outer;
  }
}

/** The innermost of the frames; frames of unrelated traces are refused. */
function innermost(where: string, inputs: readonly Tensor[]): Frame | undefined {
  let deepest: Frame | undefined;
  for (const { node } of inputs) {
    if (node.frame === undefined || node.frame === deepest) continue;
    if (deepest === undefined) {
      deepest = node.frame;
      continue;
    }
    const [inner, outer] = node.frame.depth > deepest.depth ? [node.frame, deepest] : [deepest, node.frame];
    if (!isInside(inner, outer)) {
      throw new Error(
        `${where}: its inputs belong to two programs, "${inner.name}" and "${outer.name}"; use only tensors made inside the same trace`,
      );
    }
    deepest = inner;
  }
  return deepest;
}

/** Whether `frame` is `outer` or lies inside it. */
export function isInside(frame: Frame | undefined, outer: Frame): boolean {
  for (let f = frame; f !== undefined; f = f.parent) if (f === outer) return true;
  return false;
}

/** Makes a node of given types; `applyOp` is the checked way in. */
export function makeNode<A>(
  op: Op<A>,
  attrs: A,
  inputs: readonly Tensor[],
  types: readonly TensorType[],
  frame: Frame | undefined = innermost(op.name, inputs),
  nodeScope = currentScope,
): Node<A> {
  const outputs: Tensor[] = [];
  const node: Node<A> = { id: nextId++, op, attrs, inputs, outputs, scope: nodeScope, frame };
  types.forEach((type, i) => outputs.push(new Tensor(node, i, type)));
  return node;
}

/** The nodes that `outputs` depend on, in topological order; `stop` tensors are not looked behind. */
export function reachable(outputs: readonly Tensor[], stop?: ReadonlySet<Tensor>): Node[] {
  const seen = new Set<Node>();
  const pending = outputs.filter((tensor) => stop?.has(tensor) !== true).map((tensor) => tensor.node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) {
      if (!seen.has(input.node) && stop?.has(input) !== true) pending.push(input.node);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The first of a list that has one. */
export function only<T>(values: readonly T[]): T {
  const value = values[0];
  if (value === undefined) throw new Error("internal: an op without outputs");
  return value;
}

/** Input `i` of a node, which its type rule has made sure of. */
export function inputOf(node: { readonly inputs: readonly Tensor[] }, i = 0): Tensor {
  const input = node.inputs[i];
  if (input === undefined) throw new Error(`internal: no input ${String(i)}`);
  return input;
}

/** Output `i` of a node. */
export function outputOf(node: Node, i = 0): Tensor {
  const output = node.outputs[i];
  if (output === undefined) throw new Error(`internal: no output ${String(i)}`);
  return output;
}
