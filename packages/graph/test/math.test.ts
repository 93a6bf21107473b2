import * as g from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, simplify, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { reachable } from "../src/tensor.ts";
import { expectAgreement, valuesOf } from "./compare.ts";

/** A function of one float64 tensor at given values. */
function at(values: readonly number[], fn: (x: Tensor) => Tensor, shape: readonly number[] = [values.length]): number[] {
  const program = trace("at", { x: input(shape, "float64") }, ({ x }) => ({ y: fn(x) }));
  return [...valuesOf(interpretProgram(program, { x: hostTensor(values, shape, "float64") })["y"])];
}

/** The gradient of the sum of a function. */
const slopes = (values: readonly number[], fn: (x: Tensor) => Tensor, shape?: readonly number[]): number[] =>
  at(values, (x) => g.grad(g.sum(fn(x)), [x])[0], shape);

describe("derivatives where they are a choice", () => {
  it("are 0 for steps", () => {
    for (const step of [g.floor, g.ceil, g.round, g.sign]) expect(slopes([-1.2, 0, 0.7], step)).toEqual([0, 0, 0]);
    expect(at([1, 2], (x) => g.reshape(g.jvp([g.floor(x)], [x], [g.ones([1, 2], "float64")])[0], [2]))).toEqual([0, 0]);
  });

  it("are 1 at the bounds of clip, and the bound's outside", () => {
    expect(slopes([-2, -1, 0, 1, 2], (x) => g.clip(x, -1, 1))).toEqual([0, 1, 1, 1, 0]);
    expect(slopes([-2, -1, 0.5, 1, 2], (low) => g.clip(g.zerosLike(low), low, g.add(low, 3)))).toEqual([0, 0, 1, 1, 1]);
  });

  it("are shared by ties of max and min, and taken by the first of maximum and minimum", () => {
    for (const reduce of [g.max, g.min]) expect(slopes([2, 2, 2, 2], reduce)).toEqual([0.25, 0.25, 0.25, 0.25]);
    for (const choose of [g.maximum, g.minimum]) expect(slopes([3], (x) => g.sub(g.mul(choose(x, 3), 5), choose(3, x)))).toEqual([5]);
  });

  it("are finite where a power has a base or exponent of 0", () => {
    expect(at([0, 1, NaN], (x) => g.pow(x, g.zerosLike(x)))).toEqual([1, 1, 1]);
    expect(at([0, NaN, Infinity], (y) => g.pow(1, y))).toEqual([1, 1, 1]);
    expect(slopes([0, 2], (x) => g.pow(x, g.zerosLike(x)))).toEqual([0, 0]);
    expect(slopes([0, 2], (y) => g.pow(g.zerosLike(y), y))).toEqual([0, 0]);
    expect(slopes([-2], (y) => g.pow(g.constant(-2, [], "float64"), y))).toEqual([NaN]);
    expect(slopes([-2, 3], (x) => g.pow(x, g.constant([3, 2], [2], "float64")))).toEqual([12, 6]);
  });

  it("of a product are right with zeros among the factors, twice", () => {
    expect(slopes([2, 3, 5], g.prod)).toEqual([15, 10, 6]);
    expect(slopes([2, 0, 5], g.prod)).toEqual([0, 10, 0]);
    expect(slopes([0, 3, 0], g.prod)).toEqual([0, 0, 0]);
    const second = (values: number[]): number[] =>
      slopes(values, (x) => g.slice(g.grad(g.prod(x), [x])[0], 0, 0, 1));
    expect(second([2, 0, 0, 5])).toEqual([0, 0, 0, 0]);
    expect(second([7, 0, 3])).toEqual([0, 3, 0]);
    expect(second([0, 0, 5])).toEqual([0, 5, 0]);
  });

  it("are 0 at the zero of a norm and in rows of −Infinity", () => {
    expect(slopes([0, 0], (x) => g.norm(x))).toEqual([0, 0]);
    expect(at([-Infinity, -Infinity], (x) => g.logSumExp(x))).toEqual([-Infinity]);
    expect(slopes([-Infinity, -Infinity], (x) => g.logSumExp(x))).toEqual([0, 0]);
    expect(slopes([-Infinity, 0, 0], (x) => g.logSumExp(x))).toEqual([0, 0.5, 0.5]);
  });
});

describe("values at the edges", () => {
  it("do not overflow in logSumExp and logSoftmax", () => {
    expect(at([1000, 1000], (x) => g.logSumExp(x))[0]).toBeCloseTo(1000 + Math.LN2, 10);
    expect(at([-1000, -Infinity, -1000], (x) => g.logSumExp(x))[0]).toBeCloseTo(-1000 + Math.LN2, 10);
    expectAgreement(at([1000, 0, -Infinity], (x) => g.logSoftmax(x)), [0, -1000, -Infinity], 1e-12, "logSoftmax");
    expect(at([-Infinity, -Infinity], (x) => g.softmax(x))).toEqual([NaN, NaN]);
  });

  it("are whole to even, floored towards the divisor, and in all quadrants", () => {
    expect(at([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6], g.round)).toEqual([0, 2, 2, -0, -2, 2, -3]);
    expect(at([5, -5, 5, -5, 5, -5, 5], (x) => g.mod(x, g.constant([3, 3, -3, -3, Infinity, Infinity, 0], [7], "float64")))).toEqual([2, 1, -1, -2, 5, Infinity, NaN]);
    const corners = [0, -0, 1, -1];
    expect(at(corners, (y) => g.atan2(g.reshape(y, [4, 1]), y))).toEqual(corners.flatMap((y) => corners.map((x) => Math.atan2(y, x))));
  });

  it("of nothing are those of the empty sum, product and statement", () => {
    const none = (fn: (x: Tensor) => Tensor): number[] => at([], fn, [2, 0]);
    const last = { axes: [1] };
    expect(none((x) => g.sum(x, last))).toEqual([0, 0]);
    expect(none((x) => g.prod(x, last))).toEqual([1, 1]);
    expect(none((x) => g.logSumExp(x, last))).toEqual([-Infinity, -Infinity]);
    expect(none((x) => g.cast(g.any(g.greater(x, 0), last), "float64"))).toEqual([0, 0]);
    expect(none((x) => g.cast(g.all(g.greater(x, 0), last), "float64"))).toEqual([1, 1]);
  });

  it("over no axes are the values themselves", () => {
    for (const reduce of [g.sum, g.mean, g.max, g.min, g.prod, g.logSumExp]) expectAgreement(at([-1, 2], (x) => reduce(x, { axes: [] })), [-1, 2], 1e-15, "no axes");
  });
});

describe("attention", () => {
  it("gives a query without keys zeros and no gradient", () => {
    const program = trace("blind", { x: input([2, 3]), mask: input([2, 2], "bool") }, ({ x, mask }) => {
      const y = g.scaledDotProductAttention(x, x, x, { mask });
      return { y, gx: g.grad(g.sum(g.slice(y, 0, 0, 1)), [x])[0] };
    });
    const feeds = { x: hostTensor([1, 2, 3, 4, 5, 6], [2, 3]), mask: hostTensor([0, 0, 1, 1], [2, 2], "bool") };
    const { y, gx } = interpretProgram(program, feeds);
    expect([...valuesOf(y)].slice(0, 3)).toEqual([0, 0, 0]);
    expect([...valuesOf(gx)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("takes named batches and lengths, causal too", () => {
    const shape = ["batch", 2, "length", 3];
    const program = trace("named", { x: input(shape) }, ({ x }) => ({ y: g.scaledDotProductAttention(x, x, x, { causal: true }) }));
    expect(program.outputs.y.shape).toEqual(shape);
    const x = hostTensor(Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)), [1, 2, 4, 3]);
    const fixed = trace("fixed", { x: input([1, 2, 4, 3]) }, ({ x }) => ({ y: g.scaledDotProductAttention(x, x, x, { causal: true }) }));
    expectAgreement(valuesOf(interpretProgram(program, { x })["y"]), valuesOf(interpretProgram(fixed, { x })["y"]), 1e-14, "named");
  });
});

describe("named dimensions", () => {
  it("may be reduced by all that need no size", () => {
    const reductions = { sum: g.sum, mean: g.mean, variance: g.variance, norm: g.norm, max: g.max, min: g.min, prod: g.prod, logSumExp: g.logSumExp };
    const program = trace("batch", { x: input(["batch", 2], "float64") }, ({ x }) =>
      Object.fromEntries(Object.entries(reductions).map(([name, reduce]) => [name, reduce(x, { axes: [0] })])));
    const run = interpretProgram(program, { x: hostTensor([1, 2, 3, 5], [2, 2], "float64") });
    expect(Object.fromEntries(Object.entries(run).map(([name, y]) => [name, valuesOf(y)[0]]))).toEqual({
      sum: 4, mean: 2, variance: 1, norm: Math.sqrt(10), max: 3, min: 1, prod: 3, logSumExp: Math.log(1 + Math.exp(-2)) + 3,
    });
  });

  it("may be labels of einsum", () => {
    const program = trace("named", { q: input(["batch", "queries", 3]), k: input(["batch", "keys", 3]), v: input(["batch", "keys", 2]) }, ({ q, k, v }) => {
      const scores = g.einsum("bqd,bkd->bqk", q, k);
      return { scores, mixed: g.einsum("bqk,bke->bqe", scores, v), total: g.einsum("bqd->b", q) };
    });
    expect(Object.values(program.outputs).map(({ shape }) => shape)).toEqual([["batch", "queries", "keys"], ["batch", "queries", 2], ["batch"]]);
    expect(lower(program).length).toBeGreaterThan(100);
  });
});

describe("the simplifier", () => {
  const opsOf = (fn: (x: Tensor) => Tensor): string[] => {
    const { body } = simplify(trace("simple", { x: input([3]) }, ({ x }) => ({ y: fn(x) })));
    return reachable(body.outputs).map(({ op }) => op.name).filter((name) => name !== "input");
  };
  it("drops what changes nothing", () => {
    expect(opsOf((x) => g.floor(g.round(g.ceil(x))))).toEqual(["ceil"]);
    expect(opsOf((x) => g.maximum(x, x))).toEqual([]);
    expect(opsOf((x) => g.relu(g.relu(x)))).toEqual(["relu"]);
    expect(opsOf((x) => g.abs(g.abs(g.neg(x))))).toEqual(["abs"]);
    expect(opsOf((x) => g.square(g.neg(x)))).toEqual(["square"]);
    expect(opsOf((x) => g.where(g.not(g.not(g.isNaN(x))), x, x))).toEqual([]);
    expect(opsOf((x) => g.log(g.exp(x)))).toEqual(["exp", "log"]);
  });

  it("fuses layer norm, unless its parts are needed", () => {
    const text = (fn: (x: Tensor, scale: Tensor) => Tensor): string =>
      new TextDecoder("latin1").decode(lower(trace("norm", { x: input(["batch", 8]), scale: input([8]) }, ({ x, scale }) => ({ y: fn(x, scale) }))));
    expect(text((x, scale) => g.layerNorm(x, { scale, shift: scale }))).toContain("LayerNormalization");
    const gradient = text((x, scale) => g.grad(g.sum(g.square(g.layerNorm(x, { scale, shift: scale }))), [x])[0]);
    // The derivative needs deviation and spread: the value is their product.
    expect(gradient).not.toMatch(/Instance|LayerNormalization/);
    expect(gradient).toContain("FusedMatMul");
    expect(text((x, scale) => g.layerNorm(x, { scale: g.reshape(scale, [1, 8]), shift: scale }))).toContain("InstanceNormalization");
  });
});

describe("lowering", () => {
  it("no float64 where ONNX Runtime has no kernel, in words of the program", () => {
    const program = trace("double", { x: input([2], "float64") }, ({ x }) => ({ y: g.scope("angle", () => g.atan2(x, 1)) }));
    expect(() => lower(program)).toThrow(/^lower: angle: atan2: ONNX Runtime has no float64 kernel for Atan; use float32, or the reference interpreter$/);
    expect(lower(program, { target: "portable" }).length).toBeGreaterThan(50);
    const gelu = trace("double", { x: input([2], "float64") }, ({ x }) => ({ y: g.gelu(x) }));
    expect(() => lower(gelu)).toThrow(/^lower: gelu: ONNX Runtime has no float64 kernel for Gelu/);
  });
});

