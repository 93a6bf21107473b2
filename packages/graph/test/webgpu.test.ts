/** @file The WebGPU target without a GPU: its substitutes mean the same, and what it cannot do is refused in words. */
import * as g from "@fluxion/graph";
import { describeModel, input, lowerForWebgpu, scan, trace } from "@fluxion/graph";
import type { Program, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

const of = (f: (x: Tensor) => Tensor, dtype: g.DType = "float32"): Program => trace("program", { x: input([4], dtype) }, ({ x }) => ({ y: f(x) }));

describe("lowering for WebGPU", () => {
  it.each<[string, Program]>([
    ["sign", of(g.sign)],
    ["round", of(g.round)],
    ["mod", of((x) => g.mod(x, 3))],
    ["logSoftmax", of((x) => g.logSoftmax(x))],
    ["argMax", of((x) => g.argMax(x))],
    ["logic", of((x) => g.where(g.or(g.isNaN(x), g.xor(g.greater(x, 0), g.less(x, 1))), x, g.neg(x)))],
    ["integers of 64 bits", of((x) => g.mod(x, 5), "int64")],
  ])("says %s in ops that the provider has, on the device alone", (_name, program) => {
    expect(lowerForWebgpu(program).onHost).toEqual([]);
  });

  it("holds integers in 32 bits", () => {
    const { model, signature } = lowerForWebgpu(trace("bytes", { x: input([4], "uint8"), i: input([2], "int64") }, ({ x, i }) => ({ y: g.cast(x, "float32"), j: g.add(i, 1) })));
    expect(describeModel(model, "bytes").inputs).toMatchObject({ x: { dtype: "int32" }, i: { dtype: "int32" } });
    expect(signature.inputs).toMatchObject({ x: { dtype: "int32" } });
    expect(signature.outputs).toMatchObject({ y: { dtype: "float32" }, j: { dtype: "int32" } });
  });

  it("names what the host has to drive", () => {
    const looped = trace("looped", { x: input([2]), xs: input(["n", 2]) }, ({ x, xs }) => ({
      y: scan({ carry: [x], xs: [xs] }, ([c], [v]) => ({ carry: [g.add(c, v)], ys: [] })).carry[0],
    }));
    expect(lowerForWebgpu(looped).onHost).toEqual(["Scan"]);
  });

  it("refuses what it cannot run, by name", () => {
    expect(() => lowerForWebgpu(of(g.exp, "float64"))).toThrow("lower: exp: WebGPU has no float64; use float32, or the CPU");
    expect(() => lowerForWebgpu(of((x) => g.slice(x, 0, 1), "int32"))).toThrow("lower: slice: ONNX Runtime's WebGPU provider has Slice for floats alone; cast to float32 first, or use the CPU");
    expect(() => lowerForWebgpu(of((x) => g.add(x, 1), "uint8"))).toThrow("lower: add: WebGPU has no uint8 arithmetic; cast to int32 first, or use the CPU");
  });
});
