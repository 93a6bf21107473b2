import { add, grad, input, lower, matmul, mean, mul, simplify, sin, square, tanh, trace } from "@fluxion/graph";
import type { Program, Tensor } from "@fluxion/graph";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { summarize } from "../statistics.ts";

/** Layers of the program of each size; the third has about 20,000 nodes. */
const layers = [250, 500, 1000, 2000];

export const cases: readonly BenchCase[] = layers.map((depth) => ({
  name: `graph-${String(depth)}-layers`,
  what: `tracing, differentiating, simplifying and lowering a program of about ${(21 * depth).toLocaleString("en-US")} nodes`,
  unit: "s",
  rivals: [],
  threads: "one",
  ...(depth === 1000 && { target: { bound: "below" as const, value: 3 } }),
  measure: (context: Context) => Promise.resolve(measure(depth, context)),
}));

function measure(depth: number, { rounds, quick }: Context): Measurement {
  const repeats = quick ? 1 : Math.min(rounds, 5);
  const runs = Array.from({ length: repeats }, () => stages(depth));
  const median = (pick: (run: Stages) => number): number => summarize(runs.map(pick)).median;
  return {
    figures: { fluxion: summarize(runs.map(({ trace: traced, lower: lowered }) => traced + lowered)) },
    details: {
      nodes: runs[0]?.nodes ?? 0,
      traceAndDifferentiateSeconds: median((run) => run.trace),
      simplifySeconds: median((run) => run.simplify),
      // Lowering simplifies first.
      lowerSeconds: median((run) => run.lower),
    },
  };
}

interface Stages {
  readonly nodes: number;
  readonly trace: number;
  readonly simplify: number;
  readonly lower: number;
}

function stages(depth: number): Stages {
  const [program, traced] = clocked(() => network(depth));
  const [, simplified] = clocked(() => simplify(program));
  const [, lowered] = clocked(() => lower(program));
  return { nodes: countNodes(Object.values(program.outputs)), trace: traced, simplify: simplified, lower: lowered };
}

function clocked<T>(work: () => T): [T, number] {
  const started = performance.now();
  const result = work();
  return [result, (performance.now() - started) / 1000];
}

/** A deep network and its gradients. */
function network(depth: number): Program {
  return trace("deep", { x: input(["batch", 8]), w: input([8, 8]) }, ({ x, w }) => {
    let h = x;
    for (let i = 0; i < depth; i++) h = add(tanh(matmul(h, w)), mul(h, sin(mul(h, 0.1 + i))));
    const loss = mean(square(h));
    const [gx, gw] = grad(loss, [x, w]);
    return { loss, gx, gw };
  });
}

function countNodes(outputs: readonly Tensor[]): number {
  const seen = new Set<Tensor["node"]>();
  const pending = outputs.map(({ node }) => node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...node.inputs.map((x) => x.node));
  }
  return seen.size;
}
