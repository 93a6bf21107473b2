import * as g from "@fluxion/graph";
import { hostTensor, input, referenceRuntime, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Program } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";

const runtime = await nodeRuntime({ threads: 1 });
const at = (shape: readonly number[], seed = 1): HostTensor =>
  hostTensor(Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + seed)), shape);

/** ONNX Runtime against the float64 interpreter. */
async function agree(program: Program, feeds: Record<string, HostTensor>): Promise<void> {
  const fast = await (await runtime.compile(program)).run(feeds);
  const exact = await (await referenceRuntime().compile(program)).run(feeds);
  for (const [name, { data, shape }] of Object.entries(exact)) {
    expect(fast[name]?.shape).toEqual(shape);
    const scale = Math.max(1, ...Array.from(data as ArrayLike<unknown>, (value) => Math.abs(Number(value))));
    (data as Float64Array).forEach((value, i) => expect(Math.abs(Number(fast[name]?.data[i]) - value) / scale).toBeLessThan(2e-5));
  }
}

it("runs whole gradients as the interpreter does, for any batch", async () => {
  const program = trace("network", { x: input(["batch", 2, 20, 18]), w: input([16, 2, 3, 3]), v: input([4, 16, 3, 3]), z: input([1, "batch", 2, 20, 18]) }, ({ x, w, v, z }) => {
    const h = g.silu(g.groupNorm(g.conv2d(x, w, { padding: 1 }), 4));
    const y = g.upsampleNearest(g.conv2d(h, v, { stride: 2, padding: 1 }), 2);
    const loss = g.mean(g.square(y));
    const [gw, gv, gx] = g.grad(loss, [w, v, x]);
    const field = g.slice(y, 1, 0, 2);
    return { loss, gw, gv, second: g.grad(g.sum(g.square(gx)), [w])[0], div: g.hutchinsonDivergence(field, x, z) };
  });
  for (const batch of [1, 3]) {
    await agree(program, { x: at([batch, 2, 20, 18]), w: at([16, 2, 3, 3], 2), v: at([4, 16, 3, 3], 3), z: at([1, batch, 2, 20, 18], 4) });
  }
});

describe("the runtime", () => {
  const program = trace("small", { x: input(["batch", 2]) }, ({ x }) => ({ y: g.mul(x, 2) }));

  it("refuses feeds that do not fit", async () => {
    const executable = await runtime.compile(program);
    await expect(executable.run({})).rejects.toThrow(/small: expected a value for input "x", got none/);
    await expect(executable.run({ x: at([1, 2]), z: at([1]) })).rejects.toThrow(/small: no input "z"; its inputs are x/);
    await expect(executable.run({ x: at([2, 3]) })).rejects.toThrow(/small: input "x" expects \[batch, 2\] with batch = 2, got \[2, 3\]/);
    await executable.dispose();
    await expect(executable.run({ x: at([1, 2]) })).rejects.toThrow(/disposed of/);
    await expect(nodeRuntime({ threads: 0 })).rejects.toThrow(/threads/);
  });

  it("leaks nothing over 10,000 calls", async () => {
    const executable = await runtime.compile(program);
    const feeds = { x: at([64, 2]) };
    for (let i = 0; i < 2000; i++) await executable.run(feeds);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10_000; i++) await executable.run(feeds);
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  }, 60_000);
});
