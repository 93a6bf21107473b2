import { readdirSync, statSync } from "node:fs";
import { parameterCount } from "fluxion";
import { openRun } from "@fluxion/node";
import { formatCount } from "../format.ts";
import { partsOf } from "../task.ts";

/** Prints what a run directory holds. */
export function inspect(directory: string, { json }: { readonly json?: boolean | undefined }): void {
  const run = openRun(directory);
  const { record } = run;
  const { model, path, objective } = partsOf(record);
  const metrics = run.metrics();
  const last = metrics.at(-1);
  const parameters = parameterCount(model);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ ...record, parameters, step: last?.step ?? 0, loss: last?.loss })}\n`);
    return;
  }
  const { kind, ...shape } = model.config;
  const lines: [string, string][] = [
    ["data", String(record.options["data"])],
    ["model", `${String(kind)}, ${formatCount(parameters)} parameters, ${JSON.stringify(shape)}`],
    ["path", JSON.stringify(path.config)],
    ["objective", JSON.stringify(objective.config)],
    ["step", `${formatCount(last?.step ?? 0)} of ${record.steps === undefined ? "an unmeasured budget" : formatCount(record.steps)}`],
    ["loss", last ? last.loss.toFixed(4) : "none yet"],
    ["device", `${record.device}, ${String(record.threads)} thread${record.threads === 1 ? "" : "s"}`],
    ["versions", Object.entries(record.versions).map(([name, value]) => `${name} ${value}`).join(", ")],
    ["files", readdirSync(directory).map((name) => `${name} (${formatCount(statSync(run.file(name)).size)} B)`).join(", ")],
  ];
  process.stdout.write(`${directory}\n${lines.map(([name, value]) => `  ${name.padEnd(9)} ${value}`).join("\n")}\n`);
}
