import { readFileSync } from "node:fs";
import { Key, meanAndError, parseNpy } from "fluxion";
import type { Flow, FloatArray } from "fluxion";
import { writeAtomic } from "@fluxion/node";
import type { Run } from "@fluxion/node";
import { formatCount, formatMean, formatSeconds } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { densityOf, divergenceLabel, divergenceOf, solverOf, tell } from "./evaluate-arguments.ts";
import type { EvaluateArguments, EvaluationResult } from "./evaluate-arguments.ts";
import { evaluateImages } from "./evaluate-images.ts";
import { openFlow } from "./open.ts";

/** Measures the likelihood of data that training never saw. */
export async function evaluate(directory: string, args: EvaluateArguments): Promise<void> {
  const { run, flow } = await openFlow(directory, args);
  const images = flow.model.eventShape.length === 3;
  const result = await (images ? evaluateImages(run, flow, args) : evaluatePoints(run, flow, args));
  writeAtomic(run.file("evaluation.json"), `${JSON.stringify(result, null, 2)}\n`);
  if (args.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  await flow.dispose();
}

async function evaluatePoints(run: Run, flow: Flow, args: EvaluateArguments): Promise<EvaluationResult> {
  const { data, shape } = parseNpy(readFileSync(run.file("held-out.npy")), run.file("held-out.npy"));
  const points = data as FloatArray;
  const choice = divergenceOf(args, "exact");
  const measuring = { ...solverOf(args), ...densityOf(choice), key: Key.from(args.seed).child("evaluation") };
  const started = performance.now();
  const stopped = (): Interrupted => new Interrupted(`stopped before the end, ${run.file("evaluation.json")} is as it was`, "run the same command again");
  const { logProb, nfe } = await interruptible(stopped, () => flow.logProb(points, measuring));
  const seconds = (performance.now() - started) / 1000;
  const { mean, standardError } = meanAndError(logProb.map((value) => -value));
  const { entropy } = run.record;
  tell(args, `NLL  ${formatMean(mean, standardError, 4)} nats on ${formatCount(shape[0] ?? 0)} held-out points (${divergenceLabel(choice, "a point")}, ${nfe.toFixed(0)} NFE, ${formatSeconds(seconds)})`);
  if (entropy !== undefined) tell(args, `gap  ${formatMean(mean - entropy, standardError, 4)} nats above the true entropy, ${entropy.toFixed(4)}`);
  return {
    nll: mean,
    unit: "nats",
    standardError,
    ...(entropy !== undefined && { entropy, gap: mean - entropy }),
    points: shape[0] ?? 0,
    ...choice,
    nfe,
    seconds,
  };
}
