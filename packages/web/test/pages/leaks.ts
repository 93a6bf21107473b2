/** @file Memory after many sessions and many training calls. */
import { add, hostTensor, input, trace } from "@fluxion/graph";
import type { Runtime } from "@fluxion/graph";
import { createTrainer, Key, mlp, normal, otPath, trainingPoints } from "fluxion";

/** The memories of WebAssembly in this page. */
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};

/** Bytes that this page holds: JavaScript's heap and the memories of WebAssembly. */
async function heldBytes(): Promise<number> {
  const { gc } = self as unknown as { gc?: () => void };
  for (let i = 0; i < 3; i++) {
    gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { usedJSHeapSize } = (performance as unknown as { memory: { usedJSHeapSize: number } }).memory;
  if (memories.length === 0) throw new Error("expected ONNX Runtime to have made a memory, got none");
  return memories.reduce((total, { buffer }) => total + buffer.byteLength, usedJSHeapSize);
}

/** Opens sessions and trains; the growth of the second half. */
export async function leaks(runtime: Runtime, { sessions, calls }: { readonly sessions: number; readonly calls: number }): Promise<{ readonly sessions: number; readonly calls: number }> {
  const program = trace("small", { x: input([1024]) }, ({ x }) => ({ y: add(x, 1) }));
  const open = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const executable = await runtime.compile(program, { resident: ["y"] });
      const { y } = await executable.run({ x: hostTensor(new Float32Array(1024), [1024]) });
      y.dispose();
      await executable.dispose();
    }
  };
  const key = Key.from(1);
  const { training: data } = trainingPoints(normal(key, 200), [100, 2], { holdOutKey: key });
  // One lost state a call would add 70 kB.
  const trainer = await createTrainer({ runtime, model: mlp({ dimension: 2, width: 64, depth: 1 }), path: otPath(), data, key, batchSize: 8 });
  const train = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await trainer.advance(1, 1e6);
  };
  const growth = async (work: (count: number) => Promise<void>, count: number): Promise<number> => {
    await work(count);
    const before = await heldBytes();
    await work(count);
    return (await heldBytes()) - before;
  };
  const result = { sessions: await growth(open, sessions / 2), calls: await growth(train, calls / 2) };
  await trainer.dispose();
  return result;
}
