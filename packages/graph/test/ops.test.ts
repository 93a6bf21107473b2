import * as graph from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, simplify, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

type Call = (...inputs: Tensor[]) => Tensor;

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly call: Call;
  /** Values stay above 0. */
  readonly positive?: boolean;
}

const g = graph;
const s = [2, 3];
const unary = (call: (x: Tensor) => Tensor, positive = false): Case => ({ shapes: [s], call: (x) => call(x), positive });
const binary = (call: (a: Tensor, b: Tensor) => Tensor, positive = false): Case => ({
  shapes: [[2, 3], [1, 3]],
  call: (a, b) => call(a, b),
  positive,
});

/** Every differentiable op that is exported: one row. */
const cases: Readonly<Record<string, Case>> = {
  abs: unary(g.abs), cos: unary(g.cos), erf: unary(g.erf), exp: unary(g.exp), gelu: unary(g.gelu), log: unary(g.log, true),
  neg: unary(g.neg), relu: unary(g.relu), sigmoid: unary(g.sigmoid), sign: unary(g.sign), silu: unary(g.silu), sin: unary(g.sin),
  softplus: unary(g.softplus), sqrt: unary(g.sqrt, true), square: unary(g.square), tanh: unary(g.tanh),
  pow: unary((x) => g.pow(x, 2.5), true),
  add: binary(g.add), sub: binary(g.sub), mul: binary(g.mul), div: binary(g.div, true), maximum: binary(g.maximum), minimum: binary(g.minimum),
  where: binary((a, b) => g.where(g.greater(a, b), g.mul(a, 2), b)),
  less: binary((a, b) => g.where(g.less(a, b), a, b)), lessEqual: binary((a, b) => g.where(g.lessEqual(a, b), a, b)),
  greater: binary((a, b) => g.where(g.greater(a, b), b, a)), greaterEqual: binary((a, b) => g.where(g.greaterEqual(a, b), b, a)),
  equal: binary((a, b) => g.where(g.equal(a, b), a, b)),
  sum: { shapes: [[2, 3, 4]], call: (x) => g.sum(x, { axes: [0, 2] }) }, mean: { shapes: [[2, 3, 4]], call: (x) => g.mean(x, { axes: [-1], keepDims: true }) },
  max: { shapes: [[2, 3, 4]], call: (x) => g.max(x, { axes: [1] }) }, softmax: { shapes: [[2, 3, 4]], call: (x) => g.softmax(x, 1) },
  standardize: { shapes: [[2, 3, 4]], call: (x) => g.standardize(x, { axes: [-2, -1] }) },
  groupNorm: { shapes: [[2, 4, 3]], call: (x) => g.groupNorm(x, 2) },
  matmul: { shapes: [[2, 3, 4], [5, 4]], call: (a, b) => g.matmul(a, b, { transposeB: true }) },
  conv2d: { shapes: [[2, 2, 5, 4], [3, 2, 3, 3]], call: (x, w) => g.conv2d(x, w, { stride: 2, padding: 1 }) },
  avgPool2d: { shapes: [[1, 2, 4, 4]], call: (x) => g.avgPool2d(x, 2) }, upsampleNearest: { shapes: [[1, 2, 2, 3]], call: (x) => g.upsampleNearest(x, 2) },
  broadcastTo: { shapes: [[1, 3]], call: (x) => g.broadcastTo(x, [4, 2, 3]) }, concat: { shapes: [[2, 3], [2, 1]], call: (a, b) => g.concat([a, b], 1) },
  expandDims: unary((x) => g.expandDims(x, 1)), pad: unary((x) => g.pad(x, 1, 1, 2)), reshape: unary((x) => g.reshape(x, [3, -1])),
  slice: unary((x) => g.slice(x, 1, 1, 3)), split: unary((x) => g.split(x, 1, [1, 2])[1] as Tensor), squeeze: { shapes: [[2, 1, 3]], call: (x) => g.squeeze(x, 1) },
  stack: { shapes: [[2], [2]], call: (a, b) => g.stack([a, b]) }, swapLastTwo: { shapes: [[2, 3, 4]], call: (x) => g.swapLastTwo(x) },
  transpose: { shapes: [[2, 3, 4]], call: (x) => g.transpose(x, [2, 0, 1]) },
};

/** Exported functions that are no differentiable ops of tensors. */
const others = new Set(["checkFeeds", "constant", "divergence", "formatShape", "full", "grad", "hostTensor", "hutchinsonDivergence", "input", "interpretProgram", "isStatic", "jvp", "largestWork", "lower", "ones", "onesLike", "referenceRuntime", "scan", "scope", "simplify", "sizeOf", "trace", "vjp", "zeros", "zerosLike"]);

it("has a row for every exported op", () => {
  expect(Object.keys(graph).filter((name) => !others.has(name) && !(name in cases))).toEqual([]);
});

const at = (shape: readonly number[], seed: number, positive = false): HostTensor =>
  hostTensor(Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    return positive ? 0.5 + Math.abs(value) : 1.5 * value;
  }), shape);

const names = ["a", "b"];
const data = (tensor: HostTensor | undefined): Float64Array => tensor?.data as Float64Array;
const dot = (x: Float64Array, y: Float64Array): number => x.reduce((total, value, i) => total + value * (y[i] ?? NaN), 0);

describe.each(Object.entries(cases))("%s", (_name, { shapes, call, positive }) => {
  const specs = Object.fromEntries(shapes.map((shape, i) => [names[i] ?? "", input(shape)]));
  const feeds = Object.fromEntries(shapes.map((shape, i) => [names[i] ?? "", at(shape, i, positive)]));
  const output = trace("shape", specs, (x) => ({ y: call(...Object.values(x)) })).outputs.y;
  const outShape = output.shape as number[];
  const value = (moved: Record<string, HostTensor>): Float64Array =>
    data(interpretProgram(trace("value", specs, (x) => ({ y: call(...Object.values(x)) })), moved)["y"]);
  /** The central difference along given tangents. */
  const difference = (tangents: Record<string, HostTensor>): Float64Array => {
    const moved = (h: number): Record<string, HostTensor> =>
      Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, hostTensor(data(x).map((v, i) => v + h * (data(tangents[name])[i] ?? NaN)), x.shape)]));
    const [up, down] = [value(moved(1e-6)), value(moved(-1e-6))];
    return up.map((v, i) => (v - (down[i] ?? NaN)) / 2e-6);
  };

  it("has jvp and vjp that agree with finite differences and each other", () => {
    const tangents = Object.fromEntries(shapes.map((shape, i) => [names[i] ?? "", at(shape, i + 5)]));
    const cotangent = at(outShape, 9);
    const program = trace("derivatives", { ...specs, c: input(outShape), ...Object.fromEntries(shapes.map((shape, i) => [`t${names[i] ?? ""}`, input([2, ...shape])])) }, (all) => {
      const x = names.slice(0, shapes.length).map((name) => all[name as keyof typeof all]);
      const t = names.slice(0, shapes.length).map((name) => all[`t${name}` as keyof typeof all]);
      const y = call(...x);
      const [dy] = g.jvp([y], x, t);
      const gs = g.vjp([y], [all.c], x);
      return { dy: dy as Tensor, ...Object.fromEntries(gs.map((gx, i) => [`g${names[i] ?? ""}`, gx])) };
    });
    const stacked = Object.fromEntries(Object.entries(tangents).map(([name, x]) => [`t${name}`, hostTensor(Float64Array.of(...data(x), ...data(x).map((v) => -2 * v)), [2, ...x.shape])]));
    const run = interpretProgram(program, { ...feeds, ...stacked, c: cotangent });
    const expected = difference(tangents);
    const simplified = interpretProgram(simplify(program), { ...feeds, ...stacked, c: cotangent });
    expected.forEach((v, i) => {
      expect(data(run["dy"])[i]).toBeCloseTo(v, 5);
      expect(data(run["dy"])[expected.length + i]).toBeCloseTo(-2 * v, 5);
    });
    const adjoint = names.slice(0, shapes.length).reduce((total, name) => total + dot(data(run[`g${name}`]), data(tangents[name])), 0);
    expect(adjoint).toBeCloseTo(dot(expected, data(cotangent)), 5);
    for (const [name, x] of Object.entries(run)) data(x).forEach((v, i) => expect(data(simplified[name])[i]).toBeCloseTo(v, 10));
  });

  it("lowers for both targets", () => {
    const program = trace("lowered", specs, (x) => ({ y: call(...Object.values(x)) }));
    expect(lower(program).length).toBeGreaterThan(50);
    const portable = new TextDecoder("latin1").decode(lower(program, { target: "portable" }));
    expect(portable).not.toContain("com.microsoft");
  });
});

describe("what is refused", () => {
  const refuse = (fn: (x: Tensor) => Tensor, message: RegExp): void => {
    expect(() => trace("bad", { x: input(["batch", 3]) }, ({ x }) => ({ y: fn(x) }))).toThrow(message);
  };
  it("names op and shapes at the user's call", () => {
    refuse((x) => g.matmul(x, x), /matmul: inner dimensions differ: \[batch, 3\] times \[batch, 3\]/);
    refuse((x) => g.add(x, g.constant([1, 2])), /add: shapes .* do not broadcast/);
    refuse((x) => g.reshape(x, [4, 2]), /reshape: cannot turn \[batch, 3\] into \[4, 2\]/);
    refuse((x) => g.sum(x, { axes: [5] }), /sum: expected an axis from -2 to 1, got 5/);
    refuse((x) => g.transpose(x, [0, 0]), /transpose: expected a permutation/);
    refuse((x) => g.where(x, 1, 0), /where: expected a bool condition/);
    refuse((x) => g.grad(x, [x])[0] as Tensor, /grad: expected a scalar loss/);
    let foreign: Tensor | undefined;
    trace("other", { z: input([3]) }, ({ z }) => ({ y: (foreign = g.neg(z)) }));
    refuse((x) => g.add(x, foreign as Tensor), /belong to two programs, ".*" and ".*"/);
    expect(() => trace("same", { x: input([1]) }, ({ x }) => ({ x: g.neg(x) }))).toThrow(/has the name of an input/);
    expect(() => trace("two", { x: input(["a", "b"]) }, ({ x }) => ({ y: g.reshape(x, ["b", "a"]) }))).toThrow(/named/);
  });
});
