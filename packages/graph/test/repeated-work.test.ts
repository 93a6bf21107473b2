import * as g from "@fluxion/graph";
import { constant, hostTensor, input, interpretProgram, scan, simplify, trace } from "@fluxion/graph";
import type { Program, ScanOptions, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { reachable } from "../src/tensor.ts";
import { expectAgreement, tolerances, valuesOf } from "./compare.ts";
import { everyNode } from "./every-node.ts";

const matrix = (rows: number, columns: number): Tensor => constant(Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(3 * i + 1)), [rows, columns]);

/** What networks make of a time: sines, a layer, a shift and a scale out of one. */
const features = (t: Tensor, width: number): readonly [Tensor, Tensor] => {
  const phases = g.add(g.mul(g.reshape(t, [1, 1]), matrix(1, 4)), 0.5);
  const hidden = g.silu(g.add(g.matmul(g.concat([g.sin(phases), g.transpose(g.reshape(phases, [4, 1]), [1, 0])], 1), matrix(8, 2 * width)), 1));
  return [g.slice(hidden, 1, 0, width), g.slice(hidden, 1, width, 2 * width)];
};

interface Drawn {
  readonly steps?: number | string;
  readonly width?: number;
  readonly options?: ScanOptions;
}

/** A recurrence whose body reads the time of its step, a row of a sequence and a value from outside. */
function recurrence({ steps = 3, width = 2, options }: Drawn): Program {
  const inputs = { y: input(["batch", width]), w: input([width]), times: input([steps]), rows: input([steps, width]) };
  return trace("recurrence", inputs, ({ y, w, times, rows }) => {
    const { carry, ys } = scan({ carry: [y], xs: [times, rows] }, ([state], [t, row]) => {
      const [shift, scale] = features(t, width);
      const next = g.add(g.mul(state, g.tanh(scale)), g.add(shift, g.mul(row, w)));
      return { carry: [next], ys: [g.sum(next), g.mul(shift, w)] };
    }, options);
    return { end: carry[0], sums: ys[0], shifts: ys[1] };
  });
}

const at = (shape: readonly number[]) => hostTensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i + shape.length)), shape);
const opsInside = (program: Program): string[] => everyNode(program.body.outputs).filter((node) => !reachable(program.body.outputs).includes(node)).map(({ op }) => op.name);

describe("what a scan computes from its sequences alone", () => {
  it.each([["forwards", {}], ["in reverse", { reverse: true }]] as const)("is computed before it, with equal results %s", (_name, options) => {
    const program = recurrence({ options });
    const simpler = simplify(program);
    expect(opsInside(program)).toEqual(expect.arrayContaining(["sin", "matmul", "silu", "tanh"]));
    for (const op of ["sin", "matmul", "silu", "concat", "transpose", "tanh"]) expect(opsInside(simpler), op).not.toContain(op);
    const feeds = { y: at([5, 2]), w: at([2]), times: at([3]), rows: at([3, 2]) };
    const [exact, found] = [interpretProgram(program, feeds), interpretProgram(simpler, feeds)];
    for (const [key, value] of Object.entries(exact)) {
      expect(found[key]?.shape).toEqual(value.shape);
      expectAgreement(valuesOf(found[key]), valuesOf(value), tolerances.reordered, key);
    }
  });

  it("is left where it is if the steps are not known, or all together are large", () => {
    expect(opsInside(simplify(recurrence({ steps: "steps" })))).toContain("sin");
    expect(opsInside(simplify(recurrence({ width: 2 ** 14 })))).toContain("tanh");
  });

  it("is left where it is if a sequence more costs as much as it saves", () => {
    const program = trace("sum", { y: input([4]), x: input([3, 4]) }, ({ y, x }) => ({
      end: scan({ carry: [y], xs: [x] }, ([state], [row]) => ({ carry: [g.add(g.mul(state, row), g.exp(row))], ys: [] })).carry[0],
    }));
    expect(opsInside(simplify(program))).toContain("exp");
  });
});

it("adds small operands first, whichever comes first", () => {
  for (const order of [[0, 1, 2], [2, 0, 1], [1, 2, 0]]) {
    const program = trace("sums", { x: input(["batch", 3]), row: input([1, 3]) }, ({ x, row }) => {
      const [a, b, c] = order.map((i) => [x, row, constant([1, 2, 3])][i] as Tensor) as [Tensor, Tensor, Tensor];
      return { y: g.add(g.add(a, b), c) };
    });
    const sums = reachable(simplify(program).body.outputs).filter(({ op }) => op.name === "add");
    expect(sums.map(({ outputs }) => outputs[0]?.shape)).toEqual([[1, 3], ["batch", 3]]);
  }
});

describe("products with columns that are repeated or zero", () => {
  const w = (): Tensor => matrix(6, 2);
  const row = (width: number): Tensor => g.broadcastTo(matrix(1, width), [4, width]);
  const stack = (x: Tensor, shape: readonly number[]): Tensor => g.broadcastTo(x, shape);
  /** With the columns that each product left takes. */
  it.each<[string, (x: Tensor) => Tensor, readonly number[]]>([
    ["a repeated row beside", (x) => g.matmul(g.concat([x, g.broadcastTo(g.slice(x, 0, 0, 1), [4, 3])], 1), w()), [3, 3]],
    ["a constant row beside", (x) => g.matmul(g.concat([x, row(3)], 1), w()), [3]],
    ["zeros beside", (x) => g.matmul(g.concat([g.zeros([4, 2]), x, g.zeros([4, 1])], 1), w()), [3]],
    ["zeros, transposed weights", (x) => g.matmul(g.concat([x, g.zeros([4, 3])], 1), matrix(2, 6), { transposeB: true }), [3]],
    ["a stack of one matrix beside zeros", (x) => g.matmul(g.concat([stack(g.reshape(x, [1, 4, 3]), [5, 4, 3]), g.zeros([5, 4, 3])], 2), w()), [3]],
    ["only a repeated row", (x) => g.add(g.sum(x), g.matmul(row(6), w())), []],
    ["only zeros", (x) => g.add(g.sum(x), g.matmul(g.zeros([3, 4, 6]), w())), []],
    ["zeros in other rows", (x) => g.matmul(g.concat([g.zeros([2, 3]), x], 0), matrix(3, 2)), [3]],
  ])("%s", (_name, call, columns) => {
    const program = trace("product", { x: input([4, 3]) }, ({ x }) => ({ y: call(x) }));
    const simpler = simplify(program);
    const products = reachable(simpler.body.outputs).filter(({ op }) => op.name === "matmul");
    expect(products.map(({ inputs: [a] }) => a?.shape.at(-1))).toEqual(columns);
    const feeds = { x: at([4, 3]) };
    const [exact, found] = [interpretProgram(program, feeds)["y"], interpretProgram(simpler, feeds)["y"]];
    expect(found?.shape).toEqual(exact?.shape);
    expectAgreement(valuesOf(found), valuesOf(exact), tolerances.reordered, "y");
  });
});
