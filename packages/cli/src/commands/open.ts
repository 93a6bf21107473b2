import { createFlow } from "fluxion";
import type { Flow } from "fluxion";
import { nodeRuntime, openRun } from "@fluxion/node";
import type { Run } from "@fluxion/node";
import { partsOf } from "../task.ts";

/**
 * Opens a trained run as a flow, with its averaged weights.
 *
 * @param step - of a snapshot; default the end
 */
export async function openFlow(
  directory: string,
  threads?: number,
  step?: number,
): Promise<{ readonly run: Run; readonly flow: Flow }> {
  const run = openRun(directory);
  const { model, path, objective } = partsOf(run.record);
  const params = run.loadWeights(model, step);
  const runtime = await nodeRuntime({ threads });
  const { transform } = run.record;
  const flow = createFlow({ runtime, model, path: objective.pathOf(path), prediction: objective.prediction, params, transform, threads });
  return { run, flow };
}
