import * as g from "@fluxion/graph";
import { hostTensor, input, lower, referenceRuntime, sizeOf, toFloat16, trace } from "@fluxion/graph";
import type { DType, HostTensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { model, node, tensor, types, value } from "../../graph/test/foreign-model.ts";

const runtime = await nodeRuntime({ threads: 1 });
const wave = (length: number, seed = 1): number[] => Array.from({ length }, (_, i) => Math.sin(1.3 * i + seed));
const at = (shape: readonly number[], seed = 1): HostTensor => hostTensor(wave(sizeOf(shape), seed), shape);

describe("a model of our own", () => {
  const program = trace("field", { x: input(["batch", 4]), t: input(["batch"]), k: input([1], "int64") }, ({ x, t, k }) => {
    const w = g.constant(wave(16), [4, 4]);
    const h = g.silu(g.add(g.matmul(x, w), g.expandDims(t, 1)));
    return { y: g.gelu(h), pairs: g.reshape(g.stack([h, x]), [-1, 4]), next: g.add(k, k), big: g.greater(h, 0) };
  });

  it.each(["onnxruntime", "portable"] as const)("runs as the program does, target %s", async (target) => {
    const loaded = await runtime.load(lower(program, { target }), { name: "field" });
    const compiled = await runtime.compile(program);
    expect(loaded.inputs).toEqual({
      x: { dtype: "float32", shape: ["batch", 4] }, t: { dtype: "float32", shape: ["batch"] }, k: { dtype: "int64", shape: [1] },
    });
    expect(loaded.outputs["pairs"]).toEqual({ dtype: "float32", shape: ["2*batch", 4] });
    for (const batch of [1, 3, 8]) {
      const feeds = { x: at([batch, 4]), t: at([batch], 2), k: hostTensor([7], [1], "int64") };
      const [ours, theirs] = [await compiled.run(feeds), await loaded.run(feeds)];
      expect(Object.keys(theirs)).toEqual(Object.keys(ours));
      for (const [name, { dtype, shape, data }] of Object.entries(ours)) {
        expect(theirs[name]).toMatchObject({ dtype, shape });
        // The same model gives the same bits; the portable one has other ops for the same function.
        if (target === "onnxruntime") expect(theirs[name]?.data).toEqual(data);
        else data.forEach((v, i) => expect(Number(theirs[name]?.data[i])).toBeCloseTo(Number(v), 5));
      }
    }
  });
});

describe("a foreign feature network", () => {
  const [kernel, bias, dense] = [wave(4 * 3 * 3 * 3, 2), wave(4, 3), wave(4 * 5, 4)];
  const bytes = model({
    nodes: [
      node("Conv", ["image", "kernel", "bias"], ["conv"], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
      node("Relu", ["conv"], ["relu"]),
      node("GlobalAveragePool", ["relu"], ["pooled"]),
      node("Flatten", ["pooled"], ["flat"], { axis: 1 }),
      node("MatMul", ["flat", "dense"], ["features"]),
    ],
    initializers: [tensor("kernel", [4, 3, 3, 3], kernel), tensor("bias", [4], bias), tensor("dense", [4, 5], dense)],
    // Old exporters list the weights as inputs too.
    inputs: [value("image", types.float32, ["N", 3, "H", null]), value("kernel", types.float32, [4, 3, 3, 3])],
    outputs: [value("features", types.float32, ["N", 5])],
  });

  /** The same network, index by index. */
  function features({ shape, data }: HostTensor): number[] {
    const [n = 0, , height = 0, width = 0] = shape;
    const pixel = (b: number, c: number, y: number, x: number): number =>
      y < 0 || x < 0 || y >= height || x >= width ? 0 : Number(data[((b * 3 + c) * height + y) * width + x]);
    const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    return Array.from({ length: n }, (_, b) => {
      const pooled = bias.map((shift, o) => {
        let total = 0;
        for (let i = 0; i < rows * columns; i++) {
          let sum = shift;
          kernel.slice(o * 27, o * 27 + 27).forEach((weight, k) => {
            const [c, dy, dx] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
            sum += weight * pixel(b, c, 2 * Math.floor(i / columns) + dy - 1, 2 * (i % columns) + dx - 1);
          });
          total += Math.max(0, sum);
        }
        return total / (rows * columns);
      });
      return Array.from({ length: 5 }, (_, j) => pooled.reduce((sum, value, o) => sum + value * (dense[o * 5 + j] ?? NaN), 0));
    }).flat();
  }

  it("is called on any batch and image size and gives what plain code gives", async () => {
    const network = await runtime.load(bytes, { name: "features" });
    expect(network.name).toBe("features");
    expect(network.threads).toBe(1);
    expect(network.inputs).toEqual({ image: { dtype: "float32", shape: ["N", 3, "H", "?"] } });
    for (const [batch, height, width] of [[1, 8, 8], [4, 7, 10], [9, 12, 5]] as const) {
      const image = at([batch, 3, height, width], batch);
      const { features: out } = await network.run({ image });
      expect(out?.shape).toEqual([batch, 5]);
      features(image).forEach((v, i) => expect(Number(out?.data[i])).toBeCloseTo(v, 5));
    }
    await network.dispose();
    await expect(network.run({ image: at([1, 3, 8, 8]) })).rejects.toThrow(/^features: this was disposed of/);
  });

  it("refuses feeds as a program does", async () => {
    const network = await runtime.load(bytes, { name: "features" });
    await expect(network.run({})).rejects.toThrow(/^features: expected a value for input "image", got none/);
    await expect(network.run({ image: at([1, 3, 8, 8]), kernel: at([4, 3, 3, 3]) })).rejects.toThrow(/^features: no input "kernel"; its inputs are image/);
    await expect(network.run({ image: at([2, 4, 8, 8]) })).rejects.toThrow(/^features: input "image" expects \[N, 3, H, \?\] with N = 2, got \[2, 4, 8, 8\]/);
    await expect(network.run({ image: at([3, 8, 8]) })).rejects.toThrow(/^features: input "image" expects \[N, 3, H, \?\]/);
    await expect(network.run({ image: { ...at([1, 3, 8, 8]), shape: [1, 3, 8, 9] } })).rejects.toThrow(/needs 216 values, got 192/);
  });
});

it("binds a name in all inputs to one size, and an unnamed axis to none", async () => {
  const sum = (a: (string | null)[], b: (string | null)[] | undefined): Uint8Array =>
    model({ nodes: [node("Add", ["a", "b"], ["y"])], inputs: [value("a", types.float32, a), value("b", types.float32, b)], outputs: [value("y", types.float32)] });
  const named = await runtime.load(sum(["n*m"], ["n*m"]));
  await expect(named.run({ a: at([3]), b: at([1]) })).rejects.toThrow(/^model: input "b" expects \[n\*m\] with n\*m = 3, got \[1\]/);
  for (const shape of [[null], undefined]) {
    const free = await runtime.load(sum([null], shape));
    expect((await free.run({ a: at([3]), b: at([1]) }))["y"]?.shape).toEqual([3]);
  }
});

describe("element types at the boundary", () => {
  const given = hostTensor([0, 1, 1, 0], [4]);
  it.each([
    ["float32", types.float32], ["float64", types.float64], ["int32", types.int32], ["int64", types.int64], ["uint8", types.uint8], ["bool", types.bool],
  ] as const)("are fed and returned as %s", async (dtype: DType, code) => {
    const same = await runtime.load(model({ nodes: [node("Identity", ["x"], ["y"])], inputs: [value("x", code, [4])], outputs: [value("y", code, [4])] }));
    expect(same.inputs["x"]?.dtype).toBe(dtype);
    const expected = hostTensor([0, 1, 1, 0], [4], dtype);
    expect((await same.run({ x: expected }))["y"]).toEqual(expected);
    expect((await same.run({ x: given }))["y"]).toEqual(expected);
  });

  it("turn from float32 to float16 and back as ONNX Runtime does it", async () => {
    const cast = (from: number, to: number): Uint8Array =>
      model({ nodes: [node("Cast", ["x"], ["y"], { to })], inputs: [value("x", from, ["n"])], outputs: [value("y", to, ["n"])] });
    const [down, up] = [await runtime.load(cast(types.float32, types.float16)), await runtime.load(cast(types.float16, types.float32))];
    expect(down.outputs["y"]?.dtype).toBe("float16");
    const x = hostTensor(wave(4000).map((v, i) => v * 2 ** ((i % 44) - 26)), [4000]);
    const [rounded, fed] = [(await down.run({ x }))["y"], (await up.run({ x }))["y"]];
    expect(rounded?.dtype).toBe("float32");
    expect(rounded?.data).toEqual(fed?.data);
    expect(toFloat16(rounded?.data as Float32Array)).toEqual(toFloat16(x.data as Float32Array));
  });

  it("are refused by name where there is no such array", async () => {
    const odd = (from: number, to: number): Uint8Array =>
      model({ nodes: [node("Cast", ["x"], ["y"], { to })], inputs: [value("x", from, [1])], outputs: [value("y", to, [1])] });
    await expect(runtime.load(odd(types.bfloat16, types.float32), { name: "net" })).rejects.toThrow(
      /^net: input "x" expected to be a tensor of float32, .*float16, got bfloat16; cast it inside the model$/,
    );
    await expect(runtime.load(odd(types.float32, 77))).rejects.toThrow(/^model: output "y" expected .* got dtype 77/);
  });
});

describe("what is refused", () => {
  const bytes = model({ nodes: [node("Relu", ["x"], ["y"])], inputs: [value("x", types.float32, [2])], outputs: [value("y", types.float32, [2])] });

  it("is a file that breaks off, at every byte", async () => {
    for (let length = 0; length < bytes.length; length++) {
      await expect(runtime.load(bytes.subarray(0, length), { name: "cut" })).rejects.toThrow(/^cut: expected an ONNX model/);
    }
    await expect(runtime.load(Uint8Array.from(wave(300), (v) => 128 + 127 * v))).rejects.toThrow(/^model: expected an ONNX model, got 300 bytes/);
  });

  it("is an op that ONNX Runtime does not have", async () => {
    const unknown = model({ nodes: [node("Reluu", ["x"], ["y"])], inputs: [value("x", types.float32, [2])], outputs: [value("y", types.float32, [2])] });
    await expect(runtime.load(unknown, { name: "net" })).rejects.toThrow(/^net: ONNX Runtime does not take this model: .*Reluu/);
  });

  it("is any model, by the reference interpreter", async () => {
    await expect(referenceRuntime().load(bytes, { name: "net" })).rejects.toThrow(/^net: the reference interpreter has kernels for traced programs only/);
  });
});
