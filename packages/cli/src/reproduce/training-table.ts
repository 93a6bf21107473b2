/** @file How the models of a report were trained: minutes became steps by the speed of a machine, so that the steps must be said. */
import { parameterCount } from "fluxion";
import type { Metric, ReportTable, Run } from "@fluxion/node";
import { formatCount, formatSeconds } from "../format.ts";
import { parseOptions } from "../options.ts";
import { partsOf } from "../task.ts";
import { batchOf, usualPace } from "../trainer.ts";
import { methodOf } from "./methods.ts";
import type { MethodId } from "./methods.ts";
import type { Study } from "./study.ts";

/** Seconds of training by its log, stops left out. */
export function secondsTrained(metrics: readonly Pick<Metric, "step" | "stepsPerSecond">[]): number {
  return metrics.reduce((total, { step, stepsPerSecond }, i) => total + (step - (metrics[i - 1]?.step ?? 0)) / stepsPerSecond, 0);
}

/** Steps, parameters, pace and time of each method. */
export function trainingTable(study: Study, ids: readonly MethodId[]): ReportTable {
  return {
    title: "Training",
    columns: ["method", "path", "objective", "steps", "parameters", "batch", "learning rate", "time"],
    rows: ids.map((id) => [methodOf(id).label, ...rowOf(study.run(id))]),
    note: "The first method turns its minutes into steps, the others do as many. Time: of the steps alone, over all calls. The seed is the same for all.",
  };
}

function rowOf(run: Run): readonly string[] {
  const { model, path, objective } = partsOf(run.record);
  const options = parseOptions(run.record.options, run.file("options.json"));
  return [
    path.kind,
    objective.kind,
    formatCount(run.record.steps ?? 0),
    formatCount(parameterCount(model)),
    String(batchOf(options, model)),
    String(options.learningRate ?? usualPace(model).learningRate),
    formatSeconds(secondsTrained(run.metrics())),
  ];
}
