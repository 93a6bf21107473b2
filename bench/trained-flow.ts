/** @file Flows to solve with: a trained one of points in the plane, and networks for images with fresh parameters. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFlow, flattenValues, Key, otPath, trainFlow, unflattenValues } from "fluxion";
import type { Flow, Model } from "fluxion";
import type { Context } from "./case.ts";
import { planeData, planeModel } from "./models.ts";
import { startState } from "./training.ts";

const key = Key.from("bench flow");

/** The width and depth that `fluxion train` gives points. */
export const planeNetwork: Model = planeModel(128);

const path = otPath();

/** A flow of the checkerboard, trained once a run. It works in model space: its transform is the identity. */
export async function trainedFlow(context: Context): Promise<Flow> {
  const { runtime, shared } = context;
  const file = join(shared, "plane-parameters.bin");
  if (!existsSync(file)) {
    const params = flattenValues(planeNetwork.parameters, await train(context));
    writeFileSync(`${file}.tmp`, params);
    renameSync(`${file}.tmp`, file);
  }
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return createFlow({ runtime, model: planeNetwork, path, params: unflattenValues(planeNetwork.parameters, values) });
}

async function train({ runtime, quick }: Context): Promise<Flow["params"]> {
  const steps = quick ? 200 : 3000;
  const data = { ...planeData, transform: { kind: "identity" } as const };
  const schedule = { learningRate: 5e-3, warmupSteps: Math.min(200, steps / 10), schedule: "polynomial" } as const;
  const flow = await trainFlow({ runtime, model: planeNetwork, path, data, key, batchSize: 256, steps, ...schedule });
  await flow.dispose();
  return flow.params;
}

/** A flow with fresh parameters, moved so little that an adaptive solve is short: only the cost of an evaluation counts. */
export function freshFlow({ runtime }: Pick<Context, "runtime">, model: Model): Flow {
  return createFlow({ runtime, model, path, params: unflattenValues(model.parameters, startState(model, 0.003).params) });
}

/** Data points `[count, 2]` in model space. */
export function dataPoints(count: number): Float32Array {
  const points = new Float32Array(2 * count);
  planeData.fill(key.child("data points"), 0, points);
  return points;
}
