/** @file What random programs led to, beside the rows in cases/found.ts. */
import { add, hostTensor, input, interpretProgram, mul, simplify, trace } from "@fluxion/graph";
import { expect, it } from "vitest";

it("leaves constants apart that would leave their type together", () => {
  const program = trace("large", { i: input([2], "int32"), x: input([2]) }, ({ i, x }) => ({
    product: mul(mul(i, 70_000), 70_000),
    sum: add(add(i, 2 ** 30), 2 ** 30),
    float: mul(mul(x, 1e30), 1e30),
  }));
  const feeds = { i: hostTensor([0, 0], [2], "int32"), x: hostTensor([0, 0], [2]) };
  const simpler = simplify(program);
  expect([...(interpretProgram(simpler, feeds)["product"]?.data ?? [])]).toEqual([0, 0]);
  // An infinite factor would make NaN of 0.
  expect(Object.values(simpler.outputs).map(({ node }) => node.inputs.map((x) => x.node.op.name))).toEqual([
    ["mul", "constant"],
    ["add", "constant"],
    ["mul", "constant"],
  ]);
});
