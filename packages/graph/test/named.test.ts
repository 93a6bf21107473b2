/** @file Named dimensions: a named trace computes what a trace at that size does, and what names cannot say is refused. */
import * as g from "@fluxion/graph";
import { formatShape, hostTensor, input, interpretProgram, lower, simplify, trace } from "@fluxion/graph";
import type { Shape, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { indexingCases } from "./cases/indexing.ts";
import { concrete, namedFeeds, namedProgram, namedRows, namedSizes } from "./cases/named.ts";
import { shapingCases } from "./cases/shaping.ts";
import { expectAgreement, tolerances, valuesOf } from "./compare.ts";

it("has a row for every op that shapes or indexes", () => {
  const named = new Set(Object.keys(namedRows).map((name) => name.split(":")[0]));
  expect([...Object.keys(shapingCases), ...Object.keys(indexingCases)].filter((name) => !named.has(name.split(":")[0]))).toEqual([]);
});

describe.each(Object.entries(namedRows))("%s", (_name, row) => {
  const named = namedProgram(row, (dim) => dim);

  it("has the shape that the names tell", () => {
    expect(formatShape(named.outputs["y"]?.shape ?? [])).toBe(formatShape(row.result));
    expect(lower(named).length).toBeGreaterThan(0);
  });

  it.each(namedSizes)("computes at batch $batch what a trace at that size does", (at) => {
    const feeds = namedFeeds(row, at);
    const run = interpretProgram(named, feeds);
    const simplified = interpretProgram(simplify(named), feeds);
    const expected = interpretProgram(namedProgram(row, (dim) => concrete([dim], at)[0] ?? NaN), feeds);
    for (const [key, { shape, data }] of Object.entries(expected)) {
      expect(run[key]?.shape, key).toEqual(shape);
      expectAgreement(valuesOf(run[key]), data as Float64Array, tolerances.reordered, key);
      expectAgreement(valuesOf(simplified[key]), data as Float64Array, tolerances.reordered, `simplified ${key}`);
    }
  });
});

describe("what names refuse", () => {
  const refuse = (shapes: Readonly<Record<string, Shape>>, call: (x: Readonly<Record<string, Tensor>>) => unknown, message: string): void => {
    const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(shape)]));
    expect(() => trace("refused", specs, (x) => ({ y: call(x) as Tensor }))).toThrow(message);
  };
  const batch = { x: ["batch", 3] } as const;
  const two = { x: ["a", "b"] } as const;

  it("says which op, which shapes and what to do instead", () => {
    refuse(two, ({ x }) => g.reshape(x!, ["b", "a"]), "reshape: cannot turn [a, b] into [b, a]: named dimensions keep their order and are not merged; transpose them, or make one a number");
    refuse(two, ({ x }) => g.reshape(x!, [-1]), "reshape: cannot turn [a, b] into [-1]: named dimensions keep their order and are not merged");
    refuse(batch, ({ x }) => g.reshape(x!, ["batch", 4]), "reshape: cannot turn [batch, 3] into [batch, 4]: sizes differ");
    refuse(batch, ({ x }) => g.reshape(x!, ["steps", 3]), "reshape: cannot turn [batch, 3] into [steps, 3]: sizes differ");
    refuse(batch, ({ x }) => g.reshape(x!, ["steps", -1]), "reshape: cannot turn [batch, 3] into [steps, -1]: sizes differ");
    refuse({ x: ["batch", 3], y: [4, 3] }, ({ x, y }) => g.add(x!, y!), "add: shapes [batch, 3] and [4, 3] do not broadcast: batch against 4");
    refuse({ x: ["a"], y: ["b"] }, ({ x, y }) => g.mul(x!, y!), "mul: shapes [a] and [b] do not broadcast: a against b");
    refuse(batch, ({ x }) => g.broadcastTo(x!, ["steps", 3]), "broadcastTo: shapes [batch, 3] and [steps, 3] do not broadcast: batch against steps");
    refuse({ x: ["batch", 3], y: [4, 3] }, ({ x, y }) => g.concat([x!, y!], 0), "concat: the sizes of axis 0 of [batch, 3] and [4, 3] do not add up to one: expected numbers, or multiples of one name; trace with numbers there");
    refuse({ x: ["a", 3], y: ["b", 3] }, ({ x, y }) => g.concat([x!, y!], 1), "concat: expected float32[a, 3] but for axis 1, got float32[b, 3]");
    refuse(batch, ({ x }) => g.slice(x!, 0, 0, 2), 'slice: axis 0 of [batch, 3] is named: expected start <= end that are 0 or multiples of "batch", in whole steps, got 0 and 2; gather takes single entries of a named axis');
    refuse(batch, ({ x }) => g.slice(x!, 0, "2*batch"), "slice: axis 0 of [batch, 3] is named");
    refuse({ x: ["3*batch"] }, ({ x }) => g.slice(x!, 0, 0, undefined, 2), "got 0 and 3*batch by 2");
    refuse(batch, ({ x }) => g.split(x!, 0, 2), "split: expected a number of parts that divides batch, the size of axis 0 of [batch, 3], got 2");
    refuse(batch, ({ x }) => g.split(x!, 0, [1, "batch"]), "split: expected sizes that add up to batch, the size of axis 0 of [batch, 3], got 1 + batch");
    refuse(batch, ({ x }) => g.pad(x!, 0, 1, 2), 'pad: axis 0 of [batch, 3] grows by multiples of "batch" only, got 1 and 2; trace with a number there');
    refuse(batch, ({ x }) => g.pad(x!, 0, 1, 1, { mode: "edge" }), 'pad: mode "edge" needs an axis of known size, got axis 0 of [batch, 3]; trace with a number there');
    refuse({ x: ["batch", 3], y: ["steps", 4] }, ({ x, y }) => g.matmul(x!, y!), "matmul: inner dimensions differ: [batch, 3] times [steps, 4]");
    refuse(two, ({ x }) => g.grad(g.sum(g.gather(g.mul(g.constant([1, 2]), g.sum(x!)), g.cast(x!, "int64"))), [x!]), "scatterAdd: indices: the sizes of [a, b] cannot be multiplied, two of them are named; make one a number");
  });

  it("tells what no input has a size for", () => {
    const program = trace("sizeless", { x: input([1]) }, ({ x }) => ({ y: g.broadcastTo(x, ["batch"]) }));
    expect(() => interpretProgram(program, { x: hostTensor([1], [1]) })).toThrow('interpretProgram: no input of the program tells the size of "batch"; add one that has it as an axis');
    expect(() => lower(program)).toThrow('lower: no input of the program tells the size of "batch"; add one that has it as an axis');
  });
});
