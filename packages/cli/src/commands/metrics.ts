import { writeAtomic } from "@fluxion/node";
import { Interrupted, interruptible } from "../interruption.ts";
import { measureImageRun } from "./metrics-images.ts";
import { measurePointRun } from "./metrics-points.ts";
import type { MetricsArguments, Tell } from "./metrics-draw.ts";
import { openFlow } from "./open.ts";

/** Draws samples of a run and measures them against data. */
export async function metrics(directory: string, args: MetricsArguments): Promise<void> {
  const { run, flow } = await openFlow(directory, args);
  const tell: Tell = (line) => (args.json === true ? process.stderr : process.stdout).write(`${line}\n`);
  const images = flow.model.eventShape.length === 3;
  if (!images && args.features !== undefined) throw new Error("--features: expected only for images, got one for points; leave it out");
  const stopped = (): Interrupted => new Interrupted(`stopped before the end, ${run.file("metrics.json")} is as it was`, `run the same command again${images ? ": a reference that was finished is kept" : ""}`);
  const result = await interruptible(stopped, () => (images ? measureImageRun(run, flow, args, tell) : measurePointRun(run, flow, args, tell)));
  writeAtomic(run.file("metrics.json"), `${JSON.stringify(result, null, 2)}\n`);
  if (args.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  await flow.dispose();
}
