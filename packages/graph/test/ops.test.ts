import * as graph from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, simplify, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { cases } from "./cases/index.ts";

const g = graph;

/** Exported functions that are no differentiable ops of tensors. */
const others = new Set([
  "addUp", "addUpByScope", "checkFeeds", "cond", "constant", "crc32", "describeModel", "divergence", "explain", "formatExplanation", "formatShape", "formatShare", "formatSi", "formatTable", "fromFloat16", "full", "grad", "hessianVectorProduct", "hostTensor", "hutchinsonDivergence", "input", "interpretProgram", "isStatic", "jvp", "largestWork", "loadProgram", "lower", "modelSignature", "ones", "onesLike", "referenceRuntime", "saveProgram", "scan", "scope", "simplify", "sizeOf", "toFloat16", "trace", "typedData", "valueAndGrad", "vjp", "whileLoop", "zeros", "zerosLike",
]);

it("has a row for every exported op", () => {
  expect(Object.keys(graph).filter((name) => !others.has(name) && !Object.keys(cases).some((row) => row.split(":")[0] === name))).toEqual([]);
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
