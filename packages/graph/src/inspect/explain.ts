/** @file What a program will do, before it runs: its nodes, their work, and the memory they need. */
import { inputOp } from "../body.ts";
import { flopsOf } from "../cost.ts";
import { fuse } from "../onnx/fuse.ts";
import { constantOp, scalarValue } from "../ops/constant.ts";
import type { Program } from "../program.ts";
import { elementCount, termOf } from "../shape.ts";
import { simplify } from "../simplify.ts";
import { reachable } from "../tensor.ts";
import type { Body, BodyRun, ElementCount, Node, Tensor, TensorType } from "../tensor.ts";
import { addUp, addUpByScope } from "./groups.ts";
import { computes, peakOf, tensorBytes } from "./memory.ts";

/** Options of `explain`. */
export interface ExplainOptions {
  /** Sizes of named dimensions, whole numbers from 1. Those left out count as 1. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** Explain what is lowered, simplified and fused (the default), or with false what was traced. */
  readonly simplified?: boolean | undefined;
}

/** One op of a program. */
export interface ExplainedNode {
  /** Numbers nodes from 1, in the order they run. */
  readonly id: number;
  readonly op: string;
  /** Where `scope` calls put it; `…/grad` and `…/tangent` for what derivatives added there. */
  readonly scope: string;
  readonly outputs: readonly TensorType[];
  /** Numbers of nodes (`12`, or `12.1` for a further output), names of inputs, or constants. */
  readonly inputs: readonly string[];
  /** How often it runs: the iterations of all loops around it; of a `whileLoop`, whose length only a run tells, one. */
  readonly times: number;
  /** Arithmetic operations of all its runs; of control flow, those of its bodies. */
  readonly flops: number;
  /** Bytes read and written by all its runs; of control flow, those of its bodies. */
  readonly bytes: number;
  /** The body of a loop, or the branches of a choice, all of which are counted. */
  readonly bodies?: readonly ExplainedBody[];
}

/** A body of control flow. */
export interface ExplainedBody {
  /** How often it runs each time; undefined where only a run tells. */
  readonly trips: number | undefined;
  readonly nodes: readonly ExplainedNode[];
}

/** What the nodes of one scope, or of one op, come to. */
export interface CostGroup {
  readonly name: string;
  readonly nodes: number;
  readonly flops: number;
  readonly bytes: number;
}

/** What a program will do. */
export interface Explanation {
  readonly name: string;
  /** The size that every named dimension was counted with. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The ops that run; control flow holds its own. */
  readonly nodes: readonly ExplainedNode[];
  readonly totals: {
    /** With those of bodies, each once; without inputs and constants. */
    readonly nodes: number;
    /** A multiply-add counts 2, any other operation of an op's definition 1, transcendental or not. */
    readonly flops: number;
    /** Read and written, if every op goes through memory. */
    readonly bytes: number;
    readonly inputBytes: number;
    readonly constantBytes: number;
    readonly outputBytes: number;
    /** The most that is held at once: inputs, constants, and what is live of the rest. An estimate. */
    readonly peakBytes: number;
    /** The number of the node that runs at the peak. */
    readonly peakNode: number | undefined;
  };
  /** By scope, inner scopes counted in outer ones too, most operations first. */
  readonly byScope: readonly CostGroup[];
  /** By op, most operations first; without control flow, whose bodies count. */
  readonly byOp: readonly CostGroup[];
}

/**
 * Tells what a program will do: the graph as it is lowered (for the targets that run on a CPU: they differ in what ops emit), its
 * operations, its traffic and its memory.
 *
 * @throws RangeError if `sizes` names no dimension of the program or holds no whole numbers from 1
 */
export function explain(program: Program, { sizes = {}, simplified = true }: ExplainOptions = {}): Explanation {
  const known = resolveSizes(program, sizes);
  const count = elementCount(known);
  const body = simplified ? fuse(simplify(program).body) : program.body;
  const walk = new Walk(count, Object.entries(program.inputs));
  const nodes = walk.explain(body, 1);
  const total = (tensors: readonly Tensor[]): number => tensors.reduce((sum, x) => sum + tensorBytes(x, count), 0);
  const peak = peakOf(body.outputs, count);
  const inputBytes = total(body.inputs);
  const constantBytes = total([...walk.constants]);
  return {
    name: program.name,
    sizes: known,
    nodes,
    totals: {
      nodes: walk.count,
      flops: nodes.reduce((sum, { flops }) => sum + flops, 0),
      bytes: nodes.reduce((sum, { bytes }) => sum + bytes, 0),
      inputBytes,
      constantBytes,
      outputBytes: total(body.outputs),
      peakBytes: inputBytes + constantBytes + peak.bytes,
      peakNode: peak.node && walk.numbers.get(peak.node),
    },
    byScope: ranked(addUpByScope(walk.leaves, none, plus)),
    byOp: ranked(addUp(walk.leaves, ({ op }) => [op], none, plus)),
  };
}

type Cost = Omit<CostGroup, "name">;
const none: Cost = { nodes: 0, flops: 0, bytes: 0 };
const plus = (total: Cost, { flops, bytes }: Omit<Cost, "nodes">): Cost => ({
  nodes: total.nodes + 1,
  flops: total.flops + flops,
  bytes: total.bytes + bytes,
});

function ranked(groups: ReadonlyMap<string, Cost>): CostGroup[] {
  return [...groups].map(([name, cost]) => ({ name, ...cost })).sort((a, b) => b.flops - a.flops || b.bytes - a.bytes);
}

function resolveSizes({ name, inputs }: Program, sizes: Readonly<Record<string, number>>): Record<string, number> {
  const symbols = Object.values(inputs).flatMap(({ shape }) => shape.map((dim) => termOf(dim).symbol ?? []).flat());
  const known = Object.fromEntries(symbols.map((symbol) => [symbol, sizes[symbol] ?? 1]));
  for (const [symbol, size] of Object.entries(sizes)) {
    if (!(symbol in known)) {
      throw new RangeError(`explain: "${name}" has no dimension "${symbol}"; its named dimensions are ${Object.keys(known).join(", ") || "none"}`);
    }
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`explain: expected the size of "${symbol}" to be a whole number from 1, got ${String(size)}`);
    }
  }
  return known;
}

/** One pass over a program and the bodies in it. */
class Walk {
  readonly constants = new Set<Tensor>();
  /** Nodes without bodies. */
  readonly leaves: ExplainedNode[] = [];
  readonly numbers = new Map<Node, number>();
  count = 0;
  readonly #elements: ElementCount;
  readonly #names: Map<Tensor, string>;

  constructor(elements: ElementCount, inputs: readonly (readonly [string, Tensor])[]) {
    this.#elements = elements;
    this.#names = new Map(inputs.map(([name, tensor]) => [tensor, name]));
  }

  explain({ outputs }: Pick<Body, "outputs">, times: number): ExplainedNode[] {
    return reachable(outputs).flatMap((node) => {
      if (node.op === (constantOp as unknown)) node.outputs.forEach((tensor) => this.constants.add(tensor));
      return computes(node) ? [this.#node(node, times)] : [];
    });
  }

  #node(node: Node, times: number): ExplainedNode {
    const id = ++this.count;
    this.numbers.set(node, id);
    const common = {
      id,
      op: node.op.name,
      scope: node.scope,
      outputs: node.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
      inputs: node.inputs.map((x) => this.#label(x)),
      times,
    };
    if (node.op.bodies) {
      const bodies = node.op.bodies.runs(node.attrs).map((run) => this.#body(node, run, times));
      const inner = bodies.flatMap(({ nodes }) => nodes);
      const sum = (key: "flops" | "bytes"): number => inner.reduce((total, cost) => total + cost[key], 0);
      return { ...common, flops: sum("flops"), bytes: sum("bytes"), bodies };
    }
    const flops = flopsOf(node, this.#elements);
    const leaf = { ...common, flops: times * flops, bytes: times * this.#traffic(node, flops) };
    this.leaves.push(leaf);
    return leaf;
  }

  #body(node: Node, { body, times: repeats, state, slices, captured }: BodyRun, times: number): ExplainedBody {
    body.inputs.forEach((inner, i) => {
      const outer = node.inputs[captured + i - state - slices];
      const own = i < state ? `state ${String(i)}` : `item ${String(i - state)}`;
      this.#names.set(inner, i < state + slices || !outer ? own : this.#label(outer));
    });
    const trips = repeats === undefined ? undefined : this.#elements([repeats]);
    return { trips, nodes: this.explain(body, times * (trips ?? 1)) };
  }

  /** Bytes read and written by one run. */
  #traffic({ op, inputs, outputs }: Node, flops: number): number {
    if (op.view === true) return 0;
    const total = (tensors: Iterable<Tensor>): number => [...tensors].reduce((sum, x) => sum + tensorBytes(x, this.#elements), 0);
    const [read, written] = [total(new Set(inputs)), total(outputs)];
    // What only moves values, such as a slice, reads no more than it writes.
    return written + (flops === 0 ? Math.min(read, written) : read);
  }

  #label(tensor: Tensor): string {
    const { node, index } = tensor;
    if (node.op === (inputOp as unknown)) return this.#names.get(tensor) ?? "?";
    if (node.op === (constantOp as unknown)) {
      const value = scalarValue(tensor);
      return value === undefined ? `constant [${tensor.shape.join(", ")}]` : `= ${String(Number(value.toPrecision(4)))}`;
    }
    const number = String(this.numbers.get(node) ?? "?");
    return index === 0 ? number : `${number}.${String(index)}`;
  }
}
