/** @file Shaping and indexing on ONNX Runtime beyond the rows of the conformance suite: names, types, nothing, bad indices. */
import * as g from "@fluxion/graph";
import { hostTensor, input, interpretProgram, simplify, trace, typedData } from "@fluxion/graph";
import type { CompileOptions, DType, HostTensor, Program, Target, Tensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { namedFeeds, namedProgram, namedRows, namedSizes } from "../../graph/test/cases/named.ts";
import { expectAgreement, tolerances, valuesOf } from "../../graph/test/compare.ts";

const targets: readonly Target[] = ["onnxruntime", "portable"];
const runtime = await nodeRuntime({ threads: 1 });

/** ONNX Runtime as the interpreter, which agrees with itself on the simplified program. */
async function agree(program: Program, runs: readonly Record<string, HostTensor>[], tolerance: number, options: CompileOptions): Promise<void> {
  const executable = await runtime.compile(program, options);
  for (const feeds of runs) {
    const found = await executable.run(feeds);
    const simplified = interpretProgram(simplify(program), feeds);
    for (const [name, expected] of Object.entries(interpretProgram(program, feeds))) {
      expect(found[name]?.shape, name).toEqual(expected.shape);
      expect(found[name]?.dtype, name).toBe(program.outputs[name]?.dtype);
      expectAgreement(valuesOf(found[name]), valuesOf(expected), tolerance, name);
      expectAgreement(valuesOf(simplified[name]), valuesOf(expected), Math.min(tolerance, tolerances.reordered), `simplified ${name}`);
    }
  }
  await executable.dispose();
}

describe.each(targets)("target %s", (target) => {
  it.each(Object.entries(namedRows))("named dimensions: %s", async (_name, row) => {
    await agree(namedProgram(row, (dim) => dim), namedSizes.map((at) => namedFeeds(row, at)), tolerances.float32Derivatives, { target });
  });

  const types: readonly DType[] = ["float32", "float64", "int32", "int64", "uint8", "bool"];
  it.each(types)("moves %s exactly", async (dtype) => {
    const program = trace("moves", { x: input(["batch", 3, 2], dtype), i: input(["batch"], "int32"), j: input([2, 2], "int64") }, ({ x, i, j }) => ({
      broadcast: g.broadcastTo(x, [2, "batch", 3, 2]),
      concat: g.concat([x, g.flip(x, 2)], 1),
      edge: g.pad(x, 1, 2, 1, { mode: "edge" }),
      expanded: g.expandDims(x, 1),
      flip: g.flip(x, [0, 2]),
      full: g.mul(g.full(["batch"], 3, "int64"), 2),
      gather: g.gather(x, j, 1),
      gatherAlong: g.gatherAlong(x, g.broadcastTo(g.expandDims(j, 0), ["batch", 2, 2]), 1),
      merged: g.reshape(x, [-1, 2]),
      moved: g.moveAxis(x, 0, 2),
      oneHot: g.oneHot(i, 3, dtype),
      pad: g.pad(x, 1, 1, 2),
      padded: g.pad(x, 2, 0, 1, { value: 1 }),
      reflect: g.pad(x, 1, 2, 2, { mode: "reflect" }),
      slice: g.slice(x, 1, 1, 3),
      steps: g.slice(x, 1, 0, undefined, 2),
      tile: g.tile(x, [2, 1, 3]),
      where: g.where(g.equal(x, g.flip(x, 1)), x, g.zerosLike(x)),
    }));
    const batches = [1, 3].map((batch) => ({
      x: hostTensor(typedData(Array.from({ length: 6 * batch }, (_, k) => (dtype === "bool" ? Number(k % 3 === 0) : (7 * k) % 11)), dtype), [batch, 3, 2], dtype),
      i: hostTensor(Array.from({ length: batch }, (_, k) => (2 * k) % 3), [batch], "int32"),
      j: hostTensor([2, 0, 1, -1], [2, 2], "int64"),
    }));
    await agree(program, batches, 0, { target });
  });

  it.each(types.filter((dtype) => dtype !== "bool"))("adds up %s at equal indices exactly", async (dtype) => {
    const program = trace("adds", { u: input(["batch", 2], dtype), i: input(["batch"], "int64") }, ({ u, i }) => ({
      rows: g.scatterAdd(g.ones([3, 2], dtype), i, u),
      along: g.scatterAddAlong(g.zeros([3, 2], dtype), g.tile(g.expandDims(i, 1), [1, 2]), u, 0),
      range: g.arange("batch", dtype),
    }));
    const size = 20;
    const i = hostTensor(Array.from({ length: size }, (_, k) => ((k * k) % 5) - 2), [size], "int64");
    await agree(program, [{ u: hostTensor(typedData(Array.from({ length: 2 * size }, (_, k) => k % 4), dtype), [size, 2], dtype), i }], 0, { target });
  });

  it("computes with nothing as the interpreter does", async () => {
    const program = trace("nothing", { x: input([2, 0, 3]), y: input([3, 4]), b: input(["batch", 0]), i: input([0], "int64") }, ({ x, y, b, i }) => {
      const none = g.reshape(x, [0, 6]);
      const outputs: Record<string, Tensor> = {
        reshape: none,
        inferred: g.reshape(x, [2, 3, -1]),
        named: g.concat([b, g.zeros(["batch", 2])], 1),
        transpose: g.transpose(x, [2, 1, 0]),
        concat: g.concat([x, g.ones([2, 1, 3])], 1),
        concatNone: g.concat([x, x], 1),
        slice: g.slice(y, 0, 2, 2),
        flip: g.flip(x, [1, 2]),
        pad: g.pad(x, 1, 1, 1, { value: 2 }),
        padOther: g.pad(x, 0, 1, 0),
        tile: g.tile(x, [2, 3, 1]),
        broadcast: g.broadcastTo(g.slice(y, 0, 0, 1), [0, 4]),
        gather: g.gather(y, i),
        gatherOf: g.gather(x, g.constant([1, 0], [2], "int64"), 0),
        gatherAlong: g.gatherAlong(y, g.broadcastTo(g.expandDims(i, 1), [0, 4]), 0),
        scatterAdd: g.scatterAdd(y, i, g.zeros([0, 4])),
        stack: g.stack([none, none]),
        sum: g.sum(x),
        sumAxis: g.sum(x, { axes: [1] }),
        sumBroadcast: g.sum(g.broadcastTo(g.slice(g.div(y, 0), 0, 0, 1), [0, 4]), { axes: [0] }),
        maxOther: g.max(x, { axes: [2] }),
        meanOther: g.mean(x, { axes: [0] }),
        matmul: g.matmul(g.reshape(x, [6, 0]), g.slice(y, 0, 0, 0)),
        matmulBias: g.add(g.matmul(g.reshape(x, [6, 0]), g.slice(y, 0, 0, 0)), g.constant([1, 2, 3, 4])),
        matmulBatch: g.matmul(g.zeros([2, 3, 0]), g.slice(y, 0, 0, 0)),
        matmulNamed: g.matmul(b, g.zeros([0, 3])),
        softmax: g.softmax(x, 1),
        add: g.add(x, g.ones([2, 1, 1])),
        where: g.where(g.greater(x, 0), x, 1),
        arange: g.arange(0, "float32"),
      };
      const loss = Object.values(outputs).map((z) => g.sum(g.square(z))).reduce((a, z) => g.add(a, z));
      const wrt = { x, y, b };
      g.grad(loss, Object.values(wrt)).forEach((gradient, k) => (outputs[`grad ${Object.keys(wrt)[k] ?? ""}`] = gradient));
      return outputs;
    });
    const feeds = { x: hostTensor([], [2, 0, 3]), y: hostTensor(Array.from({ length: 12 }, (_, k) => k + 1), [3, 4]), b: hostTensor([], [2, 0]), i: hostTensor([], [0], "int64") };
    const exact = interpretProgram(program, feeds);
    expect(valuesOf(exact["sum"])).toEqual(Float64Array.of(0));
    expect(valuesOf(exact["sumBroadcast"])).toEqual(new Float64Array(4));
    expect(valuesOf(exact["matmul"])).toEqual(new Float64Array(24));
    await agree(program, [feeds], tolerances.float32, { target });
  });
});

it("adds up equal indices on several threads", async () => {
  // ONNX Runtime's ScatterND loses some of them.
  const program = trace("threads", { u: input([64, 20_000]), i: input([64], "int64") }, ({ u, i }) => ({ y: g.scatterAdd(g.zeros([1, 20_000]), i, u) }));
  const executable = await runtime.compile(program, { threads: 4 });
  const feeds = { u: hostTensor(new Float32Array(64 * 20_000).fill(1), [64, 20_000]), i: hostTensor(new Array<number>(64).fill(0), [64], "int64") };
  for (let run = 0; run < 20; run++) {
    const { y } = await executable.run(feeds);
    expect(valuesOf(y).every((value) => value === 64)).toBe(true);
  }
  await executable.dispose();
});

describe("indices outside the axis", () => {
  const specs = { x: input([3, 2]), i: input([2], "int64") };
  const ways: Readonly<Record<string, (x: Tensor, i: Tensor) => Tensor>> = {
    gather: (x, i) => g.gather(x, i),
    gatherAlong: (x, i) => g.gatherAlong(x, g.broadcastTo(g.expandDims(i, 1), [2, 2]), 0),
    scatterAdd: (x, i) => g.scatterAdd(x, i, g.ones([2, 2])),
    scatterAddAlong: (x, i) => g.scatterAddAlong(x, g.broadcastTo(g.expandDims(i, 1), [2, 2]), g.ones([2, 2]), 0),
  };
  it.each(Object.entries(ways))("%s refuses them when it runs, and constant ones at the call", async (name, call) => {
    const program = trace("outside", specs, ({ x, i }) => ({ y: call(x, i) }));
    const executable = await runtime.compile(program);
    for (const bad of [3, -4]) {
      const feeds = { x: hostTensor([1, 2, 3, 4, 5, 6], [3, 2]), i: hostTensor([0, bad], [2], "int64") };
      expect(() => interpretProgram(program, feeds)).toThrow(`${name}: expected indices from -3 to 2 on axis 0 of [3, 2], got ${String(bad)}`);
      await expect(executable.run(feeds)).rejects.toThrow(/out of|bounds|range/);
    }
    await executable.dispose();
    const constants = { gather: g.gather, scatterAdd: (x: Tensor, i: Tensor) => g.scatterAdd(x, i, g.ones([2, 2])) };
    if (name in constants) {
      const fixed = constants[name as keyof typeof constants];
      expect(() => trace("fixed", specs, ({ x }) => ({ y: fixed(x, g.constant([0, 3], [2], "int64")) }))).toThrow(`${name}: expected indices from -3 to 2 on axis 0 of [3, 2], got 3`);
    }
  });
});
