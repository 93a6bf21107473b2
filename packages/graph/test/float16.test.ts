import * as g from "@fluxion/graph";
import { fromFloat16, hostTensor, input, interpretProgram, lower, simplify, toFloat16, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { expect, it } from "vitest";
import { everyNode } from "./every-node.ts";

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const values = fromFloat16(all);

it("reads every half-precision number and writes it back", () => {
  const back = toFloat16(values);
  for (const bits of all) {
    if (Number.isNaN(values[bits])) expect([bits & 0x7c00, (bits & 0x3ff) !== 0]).toEqual([0x7c00, true]);
    else if (back[bits] !== bits) expect.fail(`${bits} became ${back[bits]}`);
  }
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00].map((bits) => values[bits])).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, Infinity]);
  expect(Object.is(values[0x8000], -0)).toBe(true);
});

it("rounds to the nearest, ties to even", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [values[bits] ?? NaN, values[bits + 1] ?? NaN];
    const tie = (low + high) / 2;
    const step = high - low;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const rounded = toFloat16([tie - step / 1024, tie, tie + step / 1024, -tie]);
    const expected = [bits, even, bits + 1, even | 0x8000];
    if (rounded.some((r, i) => r !== expected[i])) expect.fail(`between ${low} and ${high}: ${rounded.join()} for ${expected.join()}`);
  }
  expect([...toFloat16([65519, 65520, -1e30, 1e-8, NaN])]).toEqual([0x7bff, 0x7c00, 0xfc00, 0, 0x7e00]);
});

/** One result of half precision, as the interpreter has it. */
function computed(x: readonly number[], fn: (x: Tensor) => Tensor): number[] {
  const program = trace("half", { x: input([x.length], "float16") }, (inputs) => ({ y: fn(inputs.x) }));
  const results = [program, simplify(program)].map((each) => interpretProgram(each, { x: hostTensor(x, [x.length], "float16") })["y"]);
  expect(results[1]?.data).toEqual(results[0]?.data);
  return Array.from(results[0]?.data as Float64Array);
}

it("is rounded to in tensors of the host and after every op", () => {
  expect([...hostTensor([1 / 3, 70_000, -0], [3], "float16").data]).toEqual([0.333251953125, Infinity, -0]);
  expect(computed([1], (x) => g.add(x, 1 / 4096))).toEqual([1]);
  expect(computed([300], (x) => g.square(x))).toEqual([Infinity]);
  // What one operation rounds, the next does not get back.
  expect(computed([2048], (x) => g.sub(g.add(x, 1), x))).toEqual([0]);
});

it("keeps the factors of a product apart where their own product would be lost", () => {
  expect(computed([2], (x) => g.mul(g.mul(x, 300), 300))).toEqual([Infinity]);
  expect(computed([60_000], (x) => g.mul(g.mul(x, 1e-4), 1e-4))[0]).toBeCloseTo(6e-4, 6);
  expect(computed([2 ** -10], (x) => g.div(x, 2 ** -20))).toEqual([1024]);
});

it.each([["standardize", (x: Tensor) => g.standardize(x, { axes: [0] })], ["softmax", g.softmax], ["logSoftmax", g.logSoftmax]] as const)("takes the sums of %s in float32", (name, call) => {
  const { y } = trace("sums", { x: input([4], "float16") }, ({ x }) => ({ y: call(x) })).outputs;
  expect(everyNode([y]).find(({ op }) => op.name === name)?.outputs[0]?.dtype).toBe("float32");
  expect(y.dtype).toBe("float16");
});

it("takes the squares of rmsNorm in float32", () => {
  expect(computed([300, -300, 900, 1200], (x) => g.rmsNorm(x)).reduce((total, y) => total + y * y, 0)).toBeCloseTo(4, 2);
});

it("stays in the casts that round to it, and leaves those that do not", () => {
  const casts = (from: "float16" | "float32", through: "float16" | "float32"): number => {
    const { outputs } = simplify(trace("casts", { x: input([2], from) }, ({ x }) => ({ y: g.cast(g.cast(x, through), from) })));
    return everyNode(Object.values(outputs)).filter(({ op }) => op.name === "cast").length;
  };
  expect([casts("float32", "float16"), casts("float16", "float32")]).toEqual([2, 0]);
});

it("takes two bytes of a model's constants", () => {
  const size = (dtype: "float16" | "float32"): number =>
    lower(trace("weights", { x: input([100, 100], dtype) }, ({ x }) => ({ y: g.mul(x, g.constant(new Float32Array(10_000).fill(0.5), [100, 100], dtype)) }))).length;
  expect(size("float32") - size("float16")).toBe(20_000);
});

it("has no sums of equal indices on ONNX Runtime, which says so", () => {
  const program = trace("sums", { x: input([3], "float16"), at: input([2], "int64") }, ({ x, at }) => ({ y: g.scatterAdd(x, at, g.slice(x, 0, 0, 2)) }));
  expect(() => lower(program)).toThrow(/^lower: scatterAdd: ONNX Runtime has no float16 kernel for ScatterElements; use float32, or the reference interpreter$/);
});
