/** @file What goes wrong in a worker, and what comes after. Each gives what it saw. */
import { add, hostTensor, input, matmul, scan, trace } from "@fluxion/graph";
import type { Runtime } from "@fluxion/graph";
import { createTrainer, Key, mlp, normal, otPath, trainingPoints } from "fluxion";
import type { Trainer, TrainingState } from "fluxion";
import { webRuntime } from "@fluxion/web";
import type { WorkerRuntime } from "@fluxion/web";

const vector = (size: number) => hostTensor(new Float32Array(size).fill(1), [size]);
const messageOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => "none", messageOf);
const plusOne = trace("plus one", { x: input(["n"]) }, ({ x }) => ({ y: add(x, 1) }));
/** Long enough to be broken off. */
const long = trace("long", { x: input([256, 256]), s: input(["steps", 1]) }, ({ x, s }) => {
  const { carry } = scan({ carry: [x], xs: [s] }, ([c], [k]) => ({ carry: [matmul(add(c, k), x)], ys: [] }));
  return { y: carry[0] };
});
const longFeeds = (steps: number) => ({ x: hostTensor(new Float32Array(256 * 256).fill(1e-3), [256, 256]), s: hostTensor(new Float32Array(steps), [steps, 1]) });

/** A tiny run, the same on every runtime. */
const tiny = (runtime: Runtime, state?: TrainingState): Promise<Trainer> => {
  const key = Key.from(3);
  const { training: data } = trainingPoints(normal(key, 200), [100, 2], { holdOutKey: key });
  return createTrainer({ runtime, model: mlp({ dimension: 2, width: 8, depth: 1 }), path: otPath(), data, key, batchSize: 8, state });
};

export const troubles = {
  lost: async (runtime: Runtime, gpus: readonly { destroy(): void }[]) => {
    const trainer = await tiny(runtime);
    await trainer.advance(1, 4);
    await trainer.read();
    await trainer.advance(1, 4);
    for (const gpu of gpus) gpu.destroy();
    const lost = [await failure(trainer.advance(1, 4)), await failure(trainer.read()), await failure(runtime.compile(plusOne))];
    const again = await tiny(await webRuntime({ device: "wasm", wasmPaths: "/ort/" }), trainer.saved);
    const { step } = again;
    await again.advance(3, 4);
    return { lost, step, last: again.step };
  },
  hidden: async (runtime: Runtime) => {
    const whole = await tiny(runtime);
    await whole.advance(2000, 2000);
    const expected = await whole.read();
    const trainer = await tiny(runtime);
    while (trainer.step < 2000) await trainer.advance(10, 2000);
    const { ema } = await trainer.read();
    return ema.every((value, i) => value === expected.ema[i]);
  },
  errors: async (runtime: WorkerRuntime) => {
    const executable = await runtime.compile(plusOne, { resident: ["y"] });
    const { y } = await executable.run({ x: vector(3) });
    const twice = await (await executable.run({ x: y })).y.read();
    y.dispose();
    return {
      twice: Array.from(twice.data, Number),
      shape: await failure(executable.run({ x: hostTensor(new Float32Array(1), [1, 1]) })),
      disposed: await failure(executable.run({ x: y })),
      load: await failure(runtime.load(Uint8Array.of(1, 2, 3), { name: "broken" })),
      memory: await failure(runtime.compile(trace("huge", { x: input(["n", 1]), y: input([1, "m"]) }, (i) => ({ z: add(i.x, i.y) }))).then((huge) =>
        huge.run({ x: hostTensor(new Float32Array(2 ** 17), [2 ** 17, 1]), y: hostTensor(new Float32Array(2 ** 17), [1, 2 ** 17]) }))),
    };
  },
  cancel: async (runtime: WorkerRuntime) => {
    const executable = await runtime.compile(long);
    const stop = new AbortController();
    const run = failure(executable.run(longFeeds(300), { signal: stop.signal }));
    setTimeout(() => stop.abort(new Error("enough")), 10);
    const cancelled = await run;
    const { y } = await executable.run(longFeeds(2));
    return { cancelled, after: y.shape };
  },
  killed: async (runtime: WorkerRuntime) => {
    const whole = await tiny(runtime);
    await whole.advance(20, 20);
    const expected = await whole.read();
    const trainer = await tiny(runtime);
    await trainer.advance(10, 20);
    await trainer.read();
    await trainer.advance(5, 20);
    const broken = failure((await runtime.compile(long)).run(longFeeds(1000)));
    setTimeout(() => runtime.terminate(), 10);
    const killed = [await broken, await failure(trainer.read())];
    const { saved } = trainer;
    await runtime.restart();
    const again = await tiny(runtime, saved);
    await again.advance(20 - saved.step, 20);
    const { ema } = await again.read();
    return { killed, step: saved.step, same: ema.every((value, i) => value === expected.ema[i]), old: await failure(trainer.advance(1, 20)) };
  },
};
