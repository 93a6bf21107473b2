import { setTimeout } from "node:timers/promises";
import { add, hostTensor, input, matmul, trace } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { expect, it } from "vitest";

/** 1,000 sessions where asked for; a tenth of them otherwise. */
const sessions = process.env["FLUXION_SLOW_TESTS"] === "1" ? 1000 : 100;

it("leaves memory flat over many sessions", async () => {
  // Each holds a megabyte of weights.
  const weights = hostTensor(new Float32Array(512 * 512).fill(1e-3), [512, 512]);
  const program = trace("session", { x: input([4, 512]), w: input([512, 512]) }, ({ x, w }) => ({ y: add(matmul(x, w), 1) }));
  const runtime = await nodeRuntime({ threads: 1 });
  const open = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      const executable = await runtime.compile(program);
      await executable.run({ x: hostTensor(new Float32Array(4 * 512), [4, 512]), w: weights });
      await executable.dispose();
    }
    return process.memoryUsage.rss();
  };
  // The allocator's own reserve comes first.
  const before = await open(50);
  expect((await open(sessions)) - before).toBeLessThan(50e6);
}, 300_000);

it("rests between calls: its threads do not wait in a loop", async () => {
  const program = trace("product", { x: input([512, 512]) }, ({ x }) => ({ y: matmul(x, x) }));
  const executable = await (await nodeRuntime({ threads: 2 })).compile(program);
  const feeds = { x: hostTensor(new Float32Array(512 * 512).fill(1e-3), [512, 512]) };
  const idle: number[] = [];
  for (let i = 0; i < 5; i++) {
    await executable.run(feeds);
    const before = process.cpuUsage();
    await setTimeout(60);
    const { user, system } = process.cpuUsage(before);
    idle.push((user + system) / 1000);
  }
  await executable.dispose();
  // In a loop a thread takes all of its core. The least counts: what else the process does only adds.
  expect(Math.min(...idle)).toBeLessThan(20);
});
