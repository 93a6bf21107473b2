import * as g from "@fluxion/graph";
import { addUpByScope, explain, formatExplanation, formatSi, grad, input, largestWork, lower, scan, scope, trace } from "@fluxion/graph";
import type { ExplainedNode, Program, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

const flat = (nodes: readonly ExplainedNode[]): ExplainedNode[] => nodes.flatMap((node) => [node, ...flat((node.bodies ?? []).flatMap((body) => body.nodes))]);
const nodeOf = (program: Program, op: string, sizes = {}): ExplainedNode | undefined =>
  flat(explain(program, { sizes, simplified: false }).nodes).find((node) => node.op === op);
const one = (shapes: readonly g.Shape[], fn: (x: Tensor[]) => Tensor): Program =>
  trace("one", Object.fromEntries(shapes.map((shape, i) => [`x${String(i)}`, input(shape)])), (x) => ({ y: fn(Object.values(x)) }));

describe("operations", () => {
  const cases: readonly [string, readonly g.Shape[], (x: Tensor[]) => Tensor, number][] = [
    ["matmul", [["b", 4], [4, 7]], ([a, b]) => g.matmul(a!, b!), 2 * 3 * 4 * 7],
    ["matmul", [[5, 4, "b"], [5, 4, 7]], ([a, b]) => g.matmul(a!, b!, { transposeA: true }), 2 * 5 * 3 * 4 * 7],
    ["conv2d", [["b", 4, 8, 6], [5, 4, 3, 3]], ([x, w]) => g.conv2d(x!, w!, { stride: 2, padding: 1 }), 2 * 3 * 5 * 4 * 9 * (4 * 3)],
    ["conv2d", [["b", 4, 8, 6], [6, 2, 3, 3]], ([x, w]) => g.conv2d(x!, w!, { groups: 2, padding: 1 }), 2 * 3 * 6 * 2 * 9 * (8 * 6)],
    ["conv2dInput", [["b", 4, 4, 3], [4, 5, 3, 3]], ([x, w]) => g.convTranspose2d(x!, w!), 2 * 3 * 4 * 5 * 9 * (4 * 3)],
    ["maxPool2d", [["b", 4, 8, 6]], ([x]) => g.maxPool2d(x!, 2), 3 * 4 * 8 * 6],
    ["upsampleNearest", [["b", 4, 8, 6]], ([x]) => g.upsampleNearest(x!, 2), 0],
    ["add", [["2*b", 4], [1, 4]], ([a, b]) => g.add(a!, b!), 24],
    ["exp", [["b", 4]], ([x]) => g.exp(x!), 12],
    ["sum", [["b", 4]], ([x]) => g.sum(x!), 12],
    ["softmax", [["b", 4]], ([x]) => g.softmax(x!), 60],
    ["reshape", [["b", 4]], ([x]) => g.reshape(x!, ["2*b", 2]), 0],
    ["transpose", [["b", 4]], ([x]) => g.swapLastTwo(x!), 0],
  ];
  it.each(cases)("of %s over %j", (op, shapes, fn, flops) => {
    expect(nodeOf(one(shapes, fn), op, { b: 3 })?.flops).toBe(flops);
  });

  it("of both adjoints of a convolution are those of the convolution", () => {
    const program = one([["b", 4, 8, 6], [5, 4, 3, 3]], ([x, w]) => {
      const [gx, gw] = grad(g.sum(g.square(g.conv2d(x!, w!, { padding: 1 }))), [x!, w!]);
      return g.add(g.sum(gx), g.sum(gw));
    });
    const [forward, ...adjoints] = ["conv2d", "conv2dInput", "conv2dWeight"].map((op) => nodeOf(program, op, { b: 3 })?.flops);
    expect(forward).toBeGreaterThan(0);
    expect(adjoints).toEqual([forward, forward]);
  });

  it("are the same whether the weight gradient of a convolution is taken at once or some images at a time", () => {
    const program = one([[8, 16, 20, 18], [16, 16, 3, 3]], ([x, w]) => grad(g.sum(g.square(g.conv2d(x!, w!, { padding: 1 }))), [w!])[0]);
    const whole = nodeOf(program, "conv2dWeight")?.flops ?? NaN;
    const byImage = flat(explain(program).nodes).find(({ op }) => op === "gemm");
    // Four of the eight images at a time.
    expect(byImage?.times).toBe(2);
    // Rows are padded to the length of the padded image's.
    expect((byImage?.flops ?? 0) / whole).toBeGreaterThan(1);
    expect((byImage?.flops ?? 0) / whole).toBeLessThan(1.15);
  });

  it("choose threads by the largest product or convolution, in loops too", () => {
    const loop = trace("loop", { x: input([4, 64]), w: input([64, 64]), n: input(["steps", 64]) }, ({ x, w, n }) => ({
      y: scan({ carry: [x], xs: [n] }, ([c], [row]) => ({ carry: [g.add(g.matmul(c, w), row)], ys: [] })).carry[0],
    }));
    expect(largestWork(loop, { steps: 100 })).toBe(2 * 4 * 64 * 64);
    const mixed = one([["b", 4, 8, 6], [5, 4, 3, 3]], ([x, w]) => g.exp(g.conv2d(x!, w!)));
    expect(largestWork(mixed, { b: 10 })).toBe(2 * 10 * 5 * 4 * 9 * 24);
    expect(largestWork(one([[1000, 1000]], ([x]) => g.sum(g.softmax(x!))))).toBe(0);
  });
});

describe("memory", () => {
  const kB = 4000;
  const peak = (program: Program, sizes = {}): number => {
    const { totals } = explain(program, { sizes });
    return (totals.peakBytes - totals.inputBytes - totals.constantBytes) / kB;
  };

  it("holds a tensor from its node to its last use", () => {
    // A chain needs two at a time, however long it is.
    expect(peak(one([[1000]], ([x]) => g.sin(g.exp(g.sin(g.exp(x!))))))).toBe(2);
    // The first result waits for the last.
    expect(peak(one([[1000]], ([x]) => { const a = g.exp(x!); return g.mul(a, g.sin(g.exp(g.sin(a)))); }))).toBe(3);
    // All of them wait.
    expect(peak(one([[1000]], ([x]) => g.concat([g.exp(x!), g.sin(x!), g.cos(x!)], 0)))).toBe(6);
  });

  it("gives views their source's memory, and lets it live as long as they do", () => {
    expect(peak(one([[1000]], ([x]) => g.reshape(x!, [10, 100])))).toBe(0);
    expect(peak(one([[1000]], ([x]) => g.sum(g.reshape(g.exp(x!), [1, 1000]), { axes: [0] })))).toBe(1);
    const kept = one([[1000]], ([x]) => { const a = g.exp(x!); const view = g.reshape(a, [10, 100]); const b = g.sin(a); return g.matmul(g.reshape(g.sin(b), [100, 10]), view); });
    // exp, its sines, and the product of 100 × 100.
    expect(peak(kept)).toBe(1 + 1 + 10);
  });

  it("adds the peak of a loop's body to what is live outside", () => {
    const program = (n: number): Program =>
      trace("loop", { x: input([1000]), n: input([n, 1000]) }, ({ x, n: rows }) => {
        const outside = g.exp(x);
        const { carry, ys } = scan({ carry: [x], xs: [rows] }, ([c], [row]) => {
          const next = g.sin(g.add(c, row));
          return { carry: [next], ys: [g.mul(next, 2)] };
        });
        return { y: g.add(carry[0], outside), ys: ys[0] };
      });
    // outside, the last state and the collected rows; the body's sine and sum, or sine and product; its own copy of the state.
    expect(peak(program(1))).toBe(1 + 1 + 1 + 2);
    expect(peak(program(5))).toBe(1 + 1 + 5 + 2 + 1);
  });

  it("counts inputs, constants and outputs in bytes of their type", () => {
    const { totals, nodes } = explain(trace("types", { x: input([10]) }, ({ x }) => ({ y: g.greater(x, g.constant(Float64Array.from({ length: 10 }, (_, i) => i))) })));
    expect(totals).toMatchObject({ inputBytes: 40, constantBytes: 40, outputBytes: 10, bytes: 90, nodes: 1, peakBytes: 90 });
    expect(nodes[0]?.inputs).toEqual(["x", "constant [10]"]);
  });

  it("reads of a slice what it writes", () => {
    expect(explain(one([[1000]], ([x]) => g.slice(x!, 0, 10, 20))).totals.bytes).toBe(80);
  });
});

const network = trace("network", { x: input(["batch", 8]), w: input([8, 8]), n: input(["steps", 8]) }, ({ x, w, n }) => {
  const h = scope("net", () => scope("inner", () => g.silu(g.matmul(x, g.add(w, 0)))));
  const { carry } = scope("loop", () => scan({ carry: [h], xs: [n] }, ([c], [row]) => ({ carry: [scope("body", () => g.tanh(g.add(g.matmul(c, w), row)))], ys: [] })));
  const loss = scope("loss", () => g.mean(g.square(h)));
  return { y: carry[0], loss, gw: grad(loss, [w])[0] };
});

describe("an explanation", () => {
  const explanation = explain(network, { sizes: { batch: 4, steps: 10 } });

  it("names every node that is lowered by the scope it was written in, through simplifying and fusing", () => {
    const scopes = new Set(flat(explanation.nodes).map(({ scope: path }) => path));
    expect([...scopes].sort()).toEqual(expect.arrayContaining(["loop", "loop/body", "loss", "loss/grad", "net/inner", "net/inner/grad"]));
    const model = new TextDecoder("latin1").decode(lower(network));
    for (const path of ["net/inner/Gemm", "net/inner/grad/Gemm", "loop/Scan", "loop/body/Tanh"]) expect(model).toContain(path);
  });

  it("multiplies the bodies of loops by their trips", () => {
    const loop = explanation.nodes.find(({ op }) => op === "scan");
    const [body] = loop?.bodies ?? [];
    expect(body?.trips).toBe(10);
    expect(body?.nodes.map(({ times }) => times)).toEqual(body?.nodes.map(() => 10));
    const product = body?.nodes.find(({ op }) => op === "gemm" || op === "matmul");
    expect(product?.flops).toBeGreaterThanOrEqual(10 * 2 * 4 * 8 * 8);
    expect(loop?.flops).toBe(body?.nodes.reduce((total, { flops }) => total + flops, 0));
  });

  it("counts one iteration of a loop of unknown length, and both branches of a choice", () => {
    const program = trace("control", { x: input(["batch", 8]), w: input([8, 8]) }, ({ x, w }) => {
      const [y] = g.whileLoop([x], ([s]) => g.less(g.sum(s), 100), ([s]) => [g.matmul(s, w)]);
      const [z] = g.cond(g.greater(g.sum(x), 0), () => [g.matmul(x, w)], () => [g.exp(x)]);
      return { y: y, z: z };
    });
    const { nodes } = explain(program, { sizes: { batch: 4 } });
    const [loop, choice] = ["whileLoop", "cond"].map((op) => nodes.find((node) => node.op === op));
    expect(loop?.bodies?.map(({ trips }) => trips)).toEqual([undefined]);
    // A product, its sum and a comparison.
    expect(loop?.flops).toBe(2 * 4 * 8 * 8 + 4 * 8 + 1);
    expect(choice?.bodies?.map(({ trips }) => trips)).toEqual([1, 1]);
    expect(choice?.flops).toBe(2 * 4 * 8 * 8 + 4 * 8);
    expect(flat(choice?.bodies?.flatMap((body) => body.nodes) ?? []).map(({ inputs }) => inputs)).toEqual([["x", "w"], ["x"]]);
    expect(formatExplanation(explain(program))).toMatch(/whileLoop × \?/);
  });

  it("adds up to its totals, by node and by op", () => {
    const { totals, nodes, byOp, byScope } = explanation;
    const leaves = flat(nodes).filter(({ bodies }) => bodies === undefined);
    expect(totals.flops).toBe(leaves.reduce((total, { flops }) => total + flops, 0));
    expect(totals.nodes).toBe(flat(nodes).length);
    expect(byOp.reduce((total, { flops }) => total + flops, 0)).toBe(totals.flops);
    expect(byOp.reduce((total, { bytes }) => total + bytes, 0)).toBe(totals.bytes);
    expect(byScope.map(({ flops }) => flops)).toEqual(byScope.map(({ flops }) => flops).sort((a, b) => b - a));
  });

  it("refers to nodes that came before, to inputs by name, and to what a loop gives its body", () => {
    flat(explanation.nodes).forEach(({ id, inputs }, i) => {
      expect(id).toBe(i + 1);
      for (const label of inputs) {
        if (/^\d/.test(label)) expect(Number.parseInt(label, 10)).toBeLessThan(id);
        else expect(label).toMatch(/^(x|w|n|state 0|item 0|= \S+|constant \[.*\])$/);
      }
    });
  });

  it("prints a table with loops indented, the sizes and the totals", () => {
    const text = formatExplanation(explanation);
    expect(text).toMatch(/^network, with batch = 4, steps = 10\n/);
    expect(text).toMatch(/\d+ {2}scan × 10 +float32\[batch, 8\]/);
    expect(text).toMatch(/\d+ {4}tanh +float32\[batch, 8\] +\d+ +320 +2\.56 kB +loop\/body\n/);
    expect(text).toMatch(/peak memory +\d\S* k?B \(estimate, at node \d+\)/);
    expect(text.split("\n").every((line) => line === line.trimEnd())).toBe(true);
    expect(formatExplanation(explanation, { nodes: false, top: 1 }).split("\n").length).toBeLessThan(20);
    expect(formatExplanation(explain(network))).toMatch(/^network, with batch = 1, steps = 1\n/);
  });

  it("refuses sizes that are none of the program's", () => {
    expect(() => explain(network, { sizes: { bach: 3 } })).toThrow(/explain: "network" has no dimension "bach"; its named dimensions are batch, steps/);
    expect(() => explain(network, { sizes: { batch: 0 } })).toThrow(/explain: expected the size of "batch" to be a whole number from 1, got 0/);
  });

  it("takes time in proportion to the nodes", () => {
    const chain = (length: number): Program =>
      one([[4]], ([x]) => Array.from({ length }).reduce<Tensor>((y, _, i) => scope(`s${String(i % 7)}`, () => g.reshape(g.sin(y), [i % 2 === 0 ? 2 : 4, i % 2 === 0 ? 2 : 1])), x!));
    const timed = (program: Program): number => {
      const begin = performance.now();
      expect(explain(program, { simplified: false }).totals.peakBytes).toBe(16 + 32);
      return performance.now() - begin;
    };
    const [small, large] = [chain(2_000), chain(20_000)];
    timed(small);
    const [a, b] = [Math.min(timed(small), timed(small), timed(small)), Math.min(timed(large), timed(large), timed(large))];
    // Ten times the nodes; a quadratic pass would take a hundred times as long.
    expect(b / a).toBeLessThan(50);
  });
});

it("adds up scopes, leaving out those that only hold another", () => {
  const items = ["a/b/c", "a/b/c", "a/b/d", "e/f", ""].map((path) => ({ scope: path }));
  const totals = addUpByScope(items, { nodes: 0 }, ({ nodes }) => ({ nodes: nodes + 1 }));
  expect(Object.fromEntries([...totals].map(([name, { nodes }]) => [name, nodes]))).toEqual({ "a/b": 3, "a/b/c": 2, "a/b/d": 1, "e/f": 1, "": 1 });
});

it("writes numbers with three digits and a prefix", () => {
  expect([0, 7, 999, 999.7, 1000, 12_345, 999_950, 1e6, 2.5e10, 0.123].map((value) => formatSi(value, "B"))).toEqual(
    ["0 B", "7 B", "999 B", "1.00 kB", "1.00 kB", "12.3 kB", "1.00 MB", "1.00 MB", "25.0 GB", "0.12 B"],
  );
});
