/** @file Tensors that stay on Node's WebGPU between runs. */
import { add, hostTensor, input, mul, trace } from "@fluxion/graph";
import type { Feed, Runtime } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it, vi } from "vitest";
import { webgpu } from "./webgpu.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = trace("grow", { x: input([2, 3]) }, ({ x }) => ({ next: add(x, 1), twice: mul(x, 2) }));
const start = hostTensor([1, 2, 3, 4, 5, 6], [2, 3], "float32");

describe.skipIf(!webgpu)("resident tensors", () => {
  const gpu = webgpu as Runtime;

  it("stay on the device from run to run, and can be read more than once", async () => {
    const executable = await gpu.compile(program, { resident: ["next"] });
    let x: Feed = start;
    for (let i = 0; i < 3; i++) {
      const { next, twice } = await executable.run({ x });
      expect(next).not.toHaveProperty("data");
      expect(next.host).toBeUndefined();
      expect(twice.data[0]).toBe(2 * (1 + i));
      if ("dispose" in x) x.dispose();
      x = next;
    }
    if ("data" in x) throw new Error("expected a tensor on the device");
    expect((await x.read()).data).toEqual(Float32Array.of(4, 5, 6, 7, 8, 9));
    expect((await x.read()).shape).toEqual([2, 3]);
    expect((await executable.run({ x })).twice.data[0]).toBe(8);
    x.dispose();
    await expect(x.read()).rejects.toThrow("this tensor was disposed of; read what you need before");
    await executable.dispose();
  });

  it("are refused by a runtime on another device until they are read", async () => {
    const executable = await gpu.compile(program, { resident: ["next"] });
    const { next } = await executable.run({ x: start });
    const onCpu = await (await nodeRuntime()).compile(program);
    await expect(onCpu.run({ x: next })).rejects.toThrow(/grow: input "x": expected values or a tensor of this runtime/);
    await next.read();
    expect((await onCpu.run({ x: next })).twice.data[0]).toBe(4);
    await executable.dispose();
    next.dispose();
    await onCpu.dispose();
  });
});
