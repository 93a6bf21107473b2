import { createFlow } from "fluxion";
import type { AffinePath, Flow, Precision } from "fluxion";
import { openRun } from "@fluxion/node";
import type { Run } from "@fluxion/node";
import { openRuntime } from "../compute.ts";
import type { ComputeFlags } from "../compute.ts";
import { partsOf } from "../task.ts";

/** Which flow of a run, and where it computes. */
export interface OpenFlowOptions extends ComputeFlags {
  /** Of a snapshot. Default: the end. */
  readonly step?: number | undefined;
  /** The path to integrate along. Default: that of the training. */
  readonly schedule?: AffinePath | undefined;
  /** What the network is evaluated in. Default: float32. */
  readonly precision?: Precision | undefined;
}

/** Opens a trained run as a flow, with its averaged weights. */
export async function openFlow(
  directory: string,
  { device, threads, step, schedule, precision }: OpenFlowOptions = {},
): Promise<{ readonly run: Run; readonly flow: Flow }> {
  const run = openRun(directory);
  const { model, path, objective } = partsOf(run.record);
  const params = run.loadWeights(model, step);
  const runtime = await openRuntime({ device, threads });
  const { transform } = run.record;
  const flow = createFlow({ runtime, model, path: objective.pathOf(path), prediction: objective.prediction, params, transform, schedule, precision, threads });
  return { run, flow };
}
