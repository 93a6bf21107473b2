/** @file What is done to a program costs in proportion to it. Work is counted, not timed: nodes made, and nodes looked at. */
import { add, grad, hessianVectorProduct, hostTensor, input, interpretProgram, lower, matmul, mean, mul, scan, simplify, sin, square, tanh, trace } from "@fluxion/graph";
import type { Program, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { nextNodeId } from "../src/tensor.ts";
import { everyNode } from "./every-node.ts";

const step = (h: Tensor, w: Tensor, i: number): Tensor => add(tanh(matmul(h, w)), mul(h, sin(mul(h, 0.1 + i))));

/** Networks of any size: a chain, branches that meet in one sum, and a chain inside a scan. */
const networks: Readonly<Record<string, (x: Tensor, w: Tensor, size: number) => Tensor>> = {
  "a chain": (x, w, size) => {
    let h = x;
    for (let i = 0; i < size; i++) h = step(h, w, i);
    return h;
  },
  "branches": (x, w, size) => Array.from({ length: size }, (_, i) => step(x, w, i)).reduce((a, b) => add(a, b)),
  "a chain in a scan": (x, w, size) =>
    scan({ carry: [x], xs: [w] }, ([state]) => ({ carry: [networks["a chain"]?.(state, w, size) ?? state], ys: [] })).carry[0],
};

const feeds = { x: hostTensor([1, 2, 3, 4], [2, 2]), w: hostTensor([0.1, -0.2, 0.3, 0.4], [2, 2]) };

/** What is done with a program once it is there. */
const stages: Readonly<Record<string, (program: Program) => unknown>> = {
  simplify: (program) => simplify(program),
  lower: (program) => lower(program),
  interpret: (program) => interpretProgram(program, feeds),
};

/** Counts how often the inputs of nodes are read from now on: every walk over a graph reads them. */
function countReads(program: Program): () => number {
  let reads = 0;
  for (const node of everyNode(Object.values(program.outputs))) {
    const { inputs } = node;
    Object.defineProperty(node, "inputs", { get: () => (reads++, inputs) });
  }
  return () => reads;
}

/** Work by stage, for a network with its gradient and a second derivative. */
function workOf(network: (x: Tensor, w: Tensor, size: number) => Tensor, size: number): Record<string, number> {
  const first = nextNodeId();
  const program = trace("network", { x: input([2, 2]), w: input([2, 2]) }, ({ x, w }) => {
    const loss = mean(square(network(x, w, size)));
    const [gx, gw] = grad(loss, [x, w]);
    const [hx] = hessianVectorProduct(loss, [x], [w]);
    return { loss, gx, gw, hx };
  });
  const work: Record<string, number> = { "trace and differentiate": nextNodeId() - first };
  const reads = countReads(program);
  for (const [name, stage] of Object.entries(stages)) {
    const before = nextNodeId() + reads();
    stage(program);
    work[name] = nextNodeId() + reads() - before;
  }
  return work;
}

describe.each(Object.entries(networks))("work is linear in %s", (_name, network) => {
  const [small, large] = [workOf(network, 40), workOf(network, 80)];

  it.each(Object.keys(small))("%s", (stage) => {
    expect(small[stage]).toBeGreaterThan(1000);
    expect((large[stage] ?? NaN) / (small[stage] ?? NaN)).toBeLessThan(2.2);
  });
});
