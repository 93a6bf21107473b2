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
