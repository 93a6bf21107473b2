import { readFileSync } from "node:fs";
import { bitsPerDim, Key, meanAndError, parseNpy, readImages } from "fluxion";
import type { Conditioning, Flow, FloatArray, SolverOptions } from "fluxion";
import { writeAtomic } from "@fluxion/node";
import type { Run } from "@fluxion/node";
import type { ComputeFlags } from "../compute.ts";
import { conditionsOf, restores } from "../conditions.ts";
import { formatCount, formatMean, formatSeconds } from "../format.ts";
import { parseOptions } from "../options.ts";
import { openImageSplit } from "../task.ts";
import { typicalNfe } from "../typical-nfe.ts";
import { openFlow } from "./open.ts";

/** Options of `fluxion evaluate`. */
export interface EvaluateArguments extends ComputeFlags, Pick<SolverOptions, "solver" | "rtol" | "atol" | "steps"> {
  readonly nllImages: number;
  readonly nllK: number;
  /** Minutes after which the partial mean is given. */
  readonly budget?: number | undefined;
  readonly seed: number;
  readonly json?: boolean | undefined;
}

type Result = Readonly<Record<string, string | number>>;

/** Measures the likelihood of data that training never saw. */
export async function evaluate(directory: string, args: EvaluateArguments): Promise<void> {
  const { run, flow } = await openFlow(directory, args);
  const images = flow.model.eventShape.length === 3;
  const result = await (images ? evaluateImages(run, flow, args) : evaluatePoints(run, flow, args));
  writeAtomic(run.file("evaluation.json"), `${JSON.stringify(result, null, 2)}\n`);
  if (args.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  await flow.dispose();
}

const solverOf = ({ solver, rtol, atol, steps }: EvaluateArguments): SolverOptions => ({ solver, rtol, atol, steps });

/** Lines for people go where they do not disturb JSON. */
const tell = ({ json }: EvaluateArguments, line: string): void => {
  (json === true ? process.stderr : process.stdout).write(`${line}\n`);
};

async function evaluatePoints(run: Run, flow: Flow, args: EvaluateArguments): Promise<Result> {
  const { data, shape } = parseNpy(readFileSync(run.file("held-out.npy")), run.file("held-out.npy"));
  const points = data as FloatArray;
  const started = performance.now();
  const { logProb, nfe } = await flow.logProb(points, solverOf(args));
  const seconds = (performance.now() - started) / 1000;
  const { mean, standardError } = meanAndError(logProb.map((value) => -value));
  const { entropy } = run.record;
  tell(args, `NLL  ${formatMean(mean, standardError, 4)} nats on ${formatCount(shape[0] ?? 0)} held-out points (exact divergence, ${nfe.toFixed(0)} NFE, ${formatSeconds(seconds)})`);
  if (entropy !== undefined) tell(args, `gap  ${formatMean(mean - entropy, standardError, 4)} nats above the true entropy, ${entropy.toFixed(4)}`);
  return {
    nll: mean,
    unit: "nats",
    standardError,
    ...(entropy !== undefined && { entropy, gap: mean - entropy }),
    points: shape[0] ?? 0,
    nfe,
    seconds,
  };
}

/** Images per solve: few enough that a budget can stop between solves. */
const part = 20;

async function evaluateImages(run: Run, flow: Flow, args: EvaluateArguments): Promise<Result> {
  if (restores(run)) throw new Error(`${run.directory}: expected a run with a likelihood, got a regression, which has none; evaluate another run`);
  const { reader } = await openImageSplit(parseOptions(run.record.options, run.file("options.json")), "test");
  const count = Math.min(args.nllImages, reader.shape[0]);
  const key = Key.from(args.seed).child("evaluation");
  const slice = (from: number): Uint8Array => readImages(reader, Math.min(part, count - from), from).pixels;
  const told = (from: number): Promise<Conditioning> => conditionsOf(flow, run, Math.min(part, count - from), from);
  const options = { ...solverOf(args), samples: args.nllK, key };
  // Two evaluations of the compiled field tell what the rest will take.
  const trial = async (): Promise<number> => {
    const conditions = await told(0);
    const begin = performance.now();
    await bitsPerDim(flow, slice(0), { key, solver: "euler", steps: 2, ...conditions });
    return (performance.now() - begin) / 2000;
  };
  await trial();
  const predicted = (await trial()) * typicalNfe.images * Math.ceil(count / part) * args.nllK;
  tell(args, `bits per dimension of ${String(count)} test images, K = ${String(args.nllK)}: about ${formatSeconds(predicted)} at ${String(typicalNfe.images)} NFE a solve`);
  const started = performance.now();
  const values: number[] = [];
  let nfe = 0;
  let solves = 0;
  for (let from = 0; from < count; from += part) {
    const result = await bitsPerDim(flow, slice(from), { ...options, ...(await told(from)), first: from });
    values.push(...result.values);
    nfe += result.nfe;
    solves += 1;
    const { mean, standardError } = meanAndError(Float64Array.from(values));
    const elapsed = (performance.now() - started) / 1000;
    tell(args, `  ${String(values.length).padStart(5)} images  ${formatMean(mean, standardError)}  ${formatSeconds(elapsed)}`);
    if (args.budget !== undefined && elapsed > args.budget * 60 && values.length < count) {
      tell(args, `stopped by --budget ${String(args.budget)}: the mean is of ${String(values.length)} images`);
      break;
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const { mean, standardError } = meanAndError(Float64Array.from(values));
  tell(args, `bits/dim  ${formatMean(mean, standardError)} (Hutchinson, one probe an image, K = ${String(args.nllK)}, ${(nfe / solves).toFixed(0)} NFE, ${formatSeconds(seconds)})`);
  return { bitsPerDim: mean, standardError, images: values.length, k: args.nllK, nfe: nfe / solves, seconds };
}
