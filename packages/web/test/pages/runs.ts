/** @file Training, sampling and likelihood of one small flow: the same calls on every runtime. */
import type { Runtime } from "@fluxion/graph";
import { createFlow, createTrainer, Key, mlp, normal, otPath, trainingPoints, unflattenValues } from "fluxion";

/** What a run gives. */
export interface RunResult {
  readonly losses: readonly number[];
  readonly ema: Float32Array;
  readonly samples: readonly number[];
  readonly logProb: readonly number[];
  readonly fixed: readonly number[];
}

/** Options of `runFlow`. */
export interface RunOptions {
  readonly steps?: number;
  readonly width?: number;
  readonly count?: number;
  /** Tolerance of dopri5. */
  readonly tolerance?: number;
}

/** Trains from a key, then samples by dopri5 and midpoint, and takes likelihoods. */
export async function runFlow(runtime: Runtime, { steps = 60, width = 16, count = 32, tolerance = 1e-5 }: RunOptions = {}): Promise<RunResult> {
  const key = Key.from(7);
  const points = normal(key.child("points"), 1000).map((x, i) => (i % 2 === 0 ? x : 0.3 * x + 1));
  const { training: data } = trainingPoints(points, [500, 2], { holdOutKey: key.child("held out") });
  const model = mlp({ dimension: 2, width, depth: 2 });
  const trainer = await createTrainer({ runtime, model, path: otPath(), data, key, batchSize: 32, learningRate: 1e-2 });
  const losses: number[] = [];
  while (trainer.step < steps) losses.push(...(await trainer.advance(Math.min(10, steps - trainer.step), steps)).losses);
  const { ema } = await trainer.read();
  await trainer.dispose();
  const flow = createFlow({ runtime, model, path: otPath(), params: unflattenValues(model.parameters, ema), transform: data.transform });
  const { values } = await flow.sample({ count, key: key.child("samples"), rtol: tolerance, atol: tolerance });
  const { values: fixed } = await flow.sample({ count, key: key.child("samples"), solver: "midpoint", steps: 5 });
  const { logProb } = await flow.logProb(points.subarray(0, 2 * count), { rtol: tolerance, atol: tolerance });
  await flow.dispose();
  return { losses, ema, samples: [...values], fixed: [...fixed], logProb: [...logProb] };
}
