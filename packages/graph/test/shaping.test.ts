/** @file Simplified chains of shaping ops: never another result, and as few ops as can be. */
import * as g from "@fluxion/graph";
import { grad, hostTensor, input, interpretProgram, simplify, trace } from "@fluxion/graph";
import type { Program, Shape, Tensor } from "@fluxion/graph";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reachable } from "../src/tensor.ts";
import { valuesOf } from "./compare.ts";

/** One more op on a tensor, chosen by numbers. */
type Step = (x: Tensor, choose: (below: number) => number) => Tensor;

const sizeAt = (x: Tensor, axis: number): number => Number(x.shape[axis]);
const steps: readonly Step[] = [
  (x, choose) => {
    const axis = choose(x.rank);
    const start = choose(sizeAt(x, axis) + 1);
    return g.slice(x, axis, start, sizeAt(x, axis) - choose(sizeAt(x, axis) - start + 1), 1 + choose(3));
  },
  (x, choose) => g.pad(x, choose(x.rank), choose(3), choose(3), { value: choose(2) }),
  (x, choose) => {
    const axis = choose(x.rank);
    return sizeAt(x, axis) > 2 ? g.pad(x, axis, choose(3), choose(3), { mode: choose(2) === 0 ? "edge" : "reflect" }) : x;
  },
  (x, choose) => g.flip(x, choose(2) === 0 ? choose(x.rank) : x.shape.map((_, i) => i)),
  (x, choose) => g.concat([x, g.square(x), x].slice(0, 1 + choose(3)), choose(x.rank)),
  (x, choose) => g.moveAxis(x, choose(x.rank), choose(x.rank)),
  (x, choose) => (x.rank < 4 ? g.expandDims(x, choose(x.rank + 1)) : g.reshape(x, [sizeAt(x, 0) * sizeAt(x, 1), ...x.shape.slice(2)])),
  (x, choose) => g.tile(x, x.shape.map(() => 1 + choose(2))),
  (x, choose) => {
    const axis = choose(x.rank);
    const size = sizeAt(x, axis);
    return size === 0 ? x : g.gather(x, g.constant([choose(size), choose(size) - size], [2], "int64"), axis);
  },
  (x) => g.broadcastTo(x, [2, ...x.shape]),
];

/** Steps along the one axis of a vector, where slices meet what they can be taken through. */
const alongOne = steps.slice(0, 5);

it.each<[string, readonly number[], readonly Step[], number]>([
  ["of all kinds", [4, 3], steps, 7],
  ["along one axis", [12], alongOne, 4],
])("gives the same values and gradients for chains %s", (_name, shape, kinds, longest) => {
  // Whole numbers, so that every order of sums is exact.
  const feed = hostTensor([3, -1, 4, 1, -5, 9, 2, -6, 5, 3, 5, -8], shape);
  const drawnStep = fc.tuple(fc.nat(kinds.length - 1), fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(drawnStep, { minLength: 1, maxLength: longest }), (chain) => {
      const program = trace("chain", { x: input(shape) }, ({ x }) => {
        let y = x;
        for (const [which, numbers] of chain) {
          let next = 0;
          const after = kinds[which]!(y, (below) => (numbers[next++ % numbers.length] ?? 0) % Math.max(below, 1));
          if (after.rank < 6 && g.sizeOf(after.shape as number[]) < 3000) y = after;
        }
        const flat = g.reshape(y, [g.sizeOf(y.shape as number[])]);
        const weights = g.cumSum(g.onesLike(flat), 0);
        return { y, gradient: grad(g.sum(g.mul(flat, weights)), [x])[0] };
      });
      const [exact, simple] = [interpretProgram(program, { x: feed }), interpretProgram(simplify(program), { x: feed })];
      for (const key of ["y", "gradient"]) {
        expect(simple[key]?.shape).toEqual(exact[key]?.shape);
        // −0 and 0 are one value.
        expect(valuesOf(simple[key]).map((v) => v + 0)).toEqual(valuesOf(exact[key]).map((v) => v + 0));
      }
    }),
    { numRuns: 500 },
  );
});

describe("what is left after simplifying", () => {
  /** The ops of a simplified program of a matrix, but for constants and the input. */
  const left = (call: (x: Tensor) => Tensor, shape: Shape = [4, 3]): string[] => {
    const program: Program = simplify(trace("simple", { x: input(shape) }, ({ x }) => ({ y: call(x) })));
    return reachable(program.body.outputs).map(({ op }) => op.name).filter((name) => name !== "input" && name !== "constant");
  };

  it.each<[string, (x: Tensor) => Tensor, readonly string[]]>([
    ["a flip of its flip", (x) => g.flip(g.flip(x, [0, 1]), [1, 0]), []],
    ["flips of two axes", (x) => g.flip(g.flip(x, 0), 1), ["flip"]],
    ["a flip of one entry", (x) => g.square(g.flip(g.slice(x, 0, 1, 2), 0)), ["slice", "square"]],
    ["slices of slices", (x) => g.slice(g.slice(x, 0, 1, 4), 0, 1, 3), ["slice"]],
    ["slices by steps", (x) => g.slice(g.slice(x, 0, 0, 4, 2), 0, 1, 2), ["slice"]],
    ["a slice within a part", (x) => g.slice(g.concat([x, g.square(x)], 0), 0, 1, 3), ["slice"]],
    ["a part", (x) => g.split(g.concat([g.square(x), g.neg(x)], 1), 1, 2)[1] as Tensor, ["neg"]],
    ["a slice of what was padded", (x) => g.slice(g.pad(x, 0, 2, 2), 0, 2, 6), []],
    ["a slice of padding", (x) => g.slice(g.pad(x, 0, 2, 2, { value: 3 }), 0, 0, 1), ["broadcastTo"]],
    ["padding that is cropped", (x) => g.slice(g.pad(x, 0, 2, 2), 0, 1, 7), ["pad"]],
    ["padding of padding", (x) => g.pad(g.pad(x, 0, 2, 0), 0, 1, 1), ["pad"]],
    ["padding of another value", (x) => g.pad(g.pad(x, 0, 2, 0), 0, 1, 1, { value: 1 }), ["pad", "pad"]],
    ["paddings with infinities", (x) => g.add(g.pad(x, 0, 1, 0, { value: Infinity }), g.pad(x, 0, 1, 0, { value: -Infinity })), ["pad", "pad", "add"]],
    ["a gather of constants", () => g.gather(g.constant([1, 2, 3]), g.constant([2, 0], [2], "int64")), []],
    ["reshapes of reshapes", (x) => g.reshape(g.reshape(x, [2, 6]), [12]), ["reshape"]],
    ["nothing joined", (x) => g.concat([x, g.zeros([0, 3])], 0), []],
  ])("%s", (_name, call, expected) => {
    expect(left(call)).toEqual(expected);
  });

  it("works along a name", () => {
    expect(left((x) => g.slice(g.concat([x, g.square(x)], 0), 0, "batch"), ["batch"])).toEqual(["square"]);
    expect(left((x) => g.slice(g.pad(x, 0, "batch", "2*batch"), 0, "batch", "2*batch"), ["batch"])).toEqual([]);
    expect(left((x) => g.slice(g.slice(x, 0, "batch"), 0, "batch", "2*batch"), ["3*batch"])).toEqual(["slice"]);
  });
});
