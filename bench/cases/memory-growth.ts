import { createTrainer, Key, mlp, otPath } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { residentMegabytes } from "../memory.ts";
import { planeData } from "../models.ts";
import { summarize } from "../statistics.ts";

const total = 1_000_000;

export const cases: readonly BenchCase[] = [
  {
    name: "memory-growth",
    what: "growth of the process's memory over 10,000 calls of one training step, after 1,000 that warm up",
    unit: "MB",
    rivals: [],
    threads: "one",
    // A tenth of what one lost vector of parameters a call would add.
    target: { bound: "below", value: 20 },
    measure,
  },
];

async function measure({ runtime, quick }: Context): Promise<Measurement> {
  const model = mlp({ dimension: 2, width: 64, depth: 2 });
  const trainer = await createTrainer({ runtime, model, path: otPath(), data: planeData, key: Key.from(1), batchSize: 16 });
  const [warmUp, calls] = quick ? [100, 1000] : [1000, 10_000];
  for (let i = 0; i < warmUp; i++) await trainer.advance(1, total);
  const before = residentMegabytes();
  for (let i = 0; i < calls; i++) await trainer.advance(1, total);
  const growth = residentMegabytes() - before;
  await trainer.dispose();
  const perCall = (4 * trainer.saved.params.length) / 1e6;
  return {
    figures: { fluxion: summarize([growth]) },
    details: { calls, parameterMegabytesThroughCalls: Math.round(perCall * calls) },
  };
}
