import * as graph from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, simplify, trace } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { cases } from "./cases/index.ts";
import { closedForm, cotangentOf, directionOf, isDifferentiable, operandsOf, programOf, subjects } from "./cases/subject.ts";
import { tabledOps } from "./exported.ts";
import { expectAgreement, step, tolerances, valuesOf } from "./compare.ts";

const g = graph;

it("has a row for every exported op", () => {
  expect(tabledOps.filter((name) => !Object.keys(cases).some((row) => row.split(":")[0] === name))).toEqual([]);
});

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x).reduce((total, value, i) => total + value * (y[i] ?? NaN), 0);

describe.each(subjects.map((subject) => [subject.name, subject] as const))("%s", (name, subject) => {
  const operands = operandsOf(subject);
  const value = programOf([subject], "value");
  const result = interpretProgram(value.program, value.feeds)[`${name} y`];

  const expected = closedForm(subject, operands);

  it.runIf(expected)("computes its closed form", () => {
    expectAgreement(valuesOf(result), expected ?? [], tolerances.closedForm, name);
  });

  it.runIf(isDifferentiable(subject))("has derivatives that agree with finite differences and each other", () => {
    const { program, feeds } = programOf([subject], "derivatives");
    /** All derivatives, at the operands moved by a multiple of direction k. */
    const at = (amount: number, k: number): Readonly<Record<string, HostTensor>> => {
      const moved = subject.shapes.map((shape, i) => {
        const direction = directionOf(shape, i, k);
        return [`${name} x${String(i)}`, hostTensor(valuesOf(operands[i]).map((value, j) => value + amount * (direction[j] ?? NaN)), shape)];
      });
      return interpretProgram(program, { ...feeds, ...Object.fromEntries(moved) as Record<string, HostTensor> });
    };
    const of = (run: Readonly<Record<string, HostTensor>>, key: string): Float64Array => valuesOf(run[`${name} ${key}`]);
    const slope = (key: string, k: number): Float64Array => {
      const [up, down] = [of(at(step, k), key), of(at(-step, k), key)];
      return up.map((v, i) => (v - (down[i] ?? NaN)) / (2 * step));
    };
    const here = at(0, 0);
    const y = of(here, "y");
    const c = cotangentOf(result?.shape ?? []);
    const along = (key: string, k: number): number =>
      subject.shapes.reduce((total, shape, i) => total + dot(of(here, key + String(i)), directionOf(shape, i, k)), 0);
    for (const k of [0, 1]) {
      const tangent = of(here, "j0").subarray(k * y.length, (k + 1) * y.length);
      expectAgreement(tangent, slope("y", k), tolerances.difference, "jvp");
      expectAgreement([along("g", k)], [dot(c, tangent)], tolerances.reordered, "vjp");
      expectAgreement([along("s", k)], [dot(c.map((v, i) => 2 * v * (y[i] ?? NaN)), tangent)], tolerances.reordered, "grad");
    }
    subject.shapes.forEach((_, i) => {
      expectAgreement(of(here, `h${String(i)}`), slope(`s${String(i)}`, 0), tolerances.difference, `second derivative in operand ${String(i)}`);
    });
    const simplified = interpretProgram(simplify(program), feeds);
    for (const [key, tensor] of Object.entries(here)) {
      expectAgreement(valuesOf(simplified[key]), valuesOf(tensor), tolerances.reordered, `simplified ${key}`);
    }
  });

  it("lowers to standard ops", () => {
    expect(new TextDecoder("latin1").decode(lower(value.program, { target: "portable" }))).not.toContain("com.microsoft");
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
    refuse((x) => g.grad(x, [x])[0], /grad: expected a scalar loss/);
    let foreign: Tensor | undefined;
    trace("other", { z: input([3]) }, ({ z }) => ({ y: (foreign = g.neg(z)) }));
    refuse((x) => g.add(x, foreign as Tensor), /belong to two programs, ".*" and ".*"/);
    expect(() => trace("same", { x: input([1]) }, ({ x }) => ({ x: g.neg(x) }))).toThrow(/has the name of an input/);
    expect(() => trace("two", { x: input(["a", "b"]) }, ({ x }) => ({ y: g.reshape(x, ["b", "a"]) }))).toThrow(/named/);
  });
});
