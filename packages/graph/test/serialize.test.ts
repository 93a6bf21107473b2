import * as g from "@fluxion/graph";
import { hostTensor, input, interpretProgram, loadProgram, lower, saveProgram, scan, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Program, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { cases } from "./cases/index.ts";

const at = (shape: readonly number[], seed = 1): HostTensor =>
  hostTensor(Float64Array.from({ length: sizeOf(shape) }, (_, i) => 1.5 + Math.sin(1.3 * i + seed)), shape);

const weights = Float32Array.from({ length: 16 }, (_, i) => Math.cos(i));

/** A network in a loop, with a choice and a while loop, and its gradients. */
const whole = trace("whole", { x: input([3, 4]), w: input([4, 4]), n: input(["steps", 4]) }, ({ x, w, n }) => {
  const fixed = g.constant(weights, [4, 4]);
  const { carry, ys } = scan({ carry: [x], xs: [n] }, ([h], [row]) => {
    const next = g.scope("layer", () => g.tanh(g.add(g.matmul(g.matmul(h, w), fixed), row)));
    return { carry: [next], ys: [g.maximum(next, -Infinity)] };
  });
  const [last] = carry;
  const [chosen] = g.cond(g.greater(g.sum(last), 0), () => [g.exp(last)], () => [g.matmul(last, fixed)]);
  const [grown] = g.whileLoop([g.sum(chosen)], ([s]) => g.less(s, 50), ([s]) => [g.add(g.abs(s), 1)]);
  const loss = g.add(g.mean(g.square(chosen)), g.mean(ys[0]));
  return { loss, grown, gw: g.grad(loss, [w])[0] };
});
const feeds = { x: at([3, 4]), w: at([4, 4], 2), n: at([5, 4], 3) };

const equal = (a: Program, b: Program, given: Record<string, HostTensor>): void => {
  expect(interpretProgram(b, given)).toEqual(interpretProgram(a, given));
};

describe("a saved program", () => {
  it.each(Object.entries(cases))("computes %s as before", (_name, { shapes, fixed = [], call }) => {
    const operands = [...shapes.map((shape) => input(shape)), ...fixed.map(({ shape, dtype }) => input(shape, dtype))];
    const specs = Object.fromEntries(operands.map((type, i) => [`x${String(i)}`, type]));
    const program = trace("row", specs, (x) => ({ y: call(...Object.values(x)) }));
    const given = Object.fromEntries([
      ...shapes.map((shape, i) => [`x${String(i)}`, at(shape, i)] as const),
      ...fixed.map(({ dtype, shape, values }, i) => [`x${String(shapes.length + i)}`, hostTensor(values, shape, dtype)] as const),
    ]);
    equal(program, loadProgram(saveProgram(program)), given);
  });

  it("keeps control flow, constants, scopes and named dimensions, to the byte of its ONNX model", () => {
    const bytes = saveProgram(whole);
    const loaded = loadProgram(bytes);
    equal(whole, loaded, feeds);
    expect(lower(loaded)).toEqual(lower(whole));
    // The constant stands in three bodies, and once in either file.
    expect(saveProgram(loaded).length).toBeLessThanOrEqual(bytes.length);
  });

  it("can be differentiated", () => {
    const loaded = loadProgram(saveProgram(trace("f", { x: input([3]) }, ({ x }) => ({ y: g.sum(g.exp(x)) }))));
    const x = loaded.inputs["x"] as Tensor;
    const [gx] = g.grad(loaded.outputs["y"] as Tensor, [x]);
    const program = { ...loaded, outputs: { gx: gx }, body: { ...loaded.body, outputs: [gx] } };
    const given = { x: at([3]) };
    const values = interpretProgram(program, given)["gx"]?.data;
    expect(values).toEqual((given.x.data as Float64Array).map(Math.exp));
  });

  it("is refused where it is foreign, truncated, damaged or of the future", () => {
    const bytes = saveProgram(whole);
    expect(() => loadProgram(new TextEncoder().encode("not a program at all"), "a.bin")).toThrow(/a\.bin: expected a program saved by saveProgram, got other content/);
    for (let length = 0; length < bytes.length; length += 97) expect(() => loadProgram(bytes.subarray(0, length))).toThrow(/other content|truncated or damaged/);
    for (let i = 0; i < bytes.length; i += 101) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ 4;
      expect(() => loadProgram(flipped)).toThrow(/other content|truncated or damaged/);
    }
    expect(() => loadProgram(withHeader(bytes, (text) => text.replaceAll('"op":"tanh"', '"op":"tanhFast"')))).toThrow(/the op "tanhFast", which is not known; load it with the version of Fluxion that saved it/);
    expect(() => loadProgram(withHeader(bytes, (text) => text.replace(/"outputs":\[\d+/, '"outputs":[99999')))).toThrow(/tensor 99999, which is not there yet/);
    expect(() => loadProgram(withHeader(bytes, (text) => text.replace('"shape":[4,4]', '"shape":[4,5]')))).toThrow(/does not hold together \(scan: its body expects/);
  });
});

/** The file with another header and the checksum that belongs to it. */
function withHeader(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  const text = new TextEncoder().encode(change(new TextDecoder().decode(bytes.subarray(20, 20 + length))));
  const out = new Uint8Array(bytes.length - length + text.length);
  new DataView(out.buffer).setUint32(16, text.length, true);
  out.set(text, 20);
  out.set(bytes.subarray(20 + length), 20 + text.length);
  out.set(new TextEncoder().encode(`FLUXPRG1${g.crc32(out.subarray(16))}`));
  return out;
}
