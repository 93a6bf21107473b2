/** @file The likelihood of images, which is the long part of `fluxion evaluate`. */
import { bitsPerDim, imageSize, Key, meanAndError, readImages } from "fluxion";
import type { Conditioning, Flow } from "fluxion";
import type { Run } from "@fluxion/node";
import { conditionsOf, restores } from "../conditions.ts";
import { formatMean, formatSeconds } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { parseOptions } from "../options.ts";
import { openImageSplit, partsOf } from "../task.ts";
import { nfeOf } from "../typical-nfe.ts";
import { densityOf, divergenceLabel, divergenceOf, solverOf, tell } from "./evaluate-arguments.ts";
import type { DivergenceChoice, EvaluateArguments, EvaluationResult } from "./evaluate-arguments.ts";
import { measuredParts } from "./evaluate-parts.ts";
import type { Measured } from "./evaluate-parts.ts";

/** Images per solve: few enough that a budget or an interruption can stop between solves. */
const part = 20;

/** Bits per dimension of test images, a part at a time. */
export async function evaluateImages(run: Run, flow: Flow, args: EvaluateArguments): Promise<EvaluationResult> {
  if (restores(run)) throw new Error(`${run.directory}: expected a run with a likelihood, got a regression, which has none; evaluate another run`);
  const { reader } = await openImageSplit(parseOptions(run.record.options, run.file("options.json")), "test");
  const count = Math.min(args.nllImages, reader.shape[0]);
  const key = Key.from(args.seed).child("evaluation");
  const slice = (from: number): Uint8Array => readImages(reader, Math.min(part, count - from), from).pixels;
  const told = (from: number): Promise<Conditioning> => conditionsOf(flow, run, Math.min(part, count - from), from);
  const { nllK: k, seed, device = "cpu" } = args;
  const choice = divergenceOf(args, "hutchinson");
  const measuring = { ...densityOf(choice), key };
  const parts = measuredParts(run, { count, k, seed, device, ...choice, ...solverOf(args) });
  let measured = parts.read();
  const { path, objective } = partsOf(run.record);
  const expected = nfeOf(path.kind, objective.kind).images;
  // Two evaluations of the compiled field tell what the rest will take.
  const trial = async (): Promise<number> => {
    const conditions = await told(0);
    const begin = performance.now();
    await bitsPerDim(flow, slice(0), { ...measuring, solver: "euler", steps: 2, ...conditions });
    return (performance.now() - begin) / 2000;
  };
  const measureAll = async (): Promise<void> => {
    await trial();
    const done = measured.values.length;
    const predicted = (await trial()) * expected * Math.ceil((count - done) / part) * k;
    tell(args, `bits per dimension of ${String(count)} test images, K = ${String(k)}${done > 0 ? `, ${String(done)} of which an earlier evaluation measured` : ""}: about ${formatSeconds(predicted)} at ${String(expected)} NFE a solve`);
    const started = performance.now();
    const before = measured.seconds;
    for (let from = done; from < count; from += part) {
      const result = await bitsPerDim(flow, slice(from), { ...solverOf(args), ...measuring, samples: k, ...(await told(from)), first: from });
      const elapsed = (performance.now() - started) / 1000;
      const { nfe, solves } = measured;
      const values = [...measured.values, ...result.values];
      const spread = (measured.spread * measured.values.length + result.spread * result.values.length) / values.length;
      measured = { values, spread, nfe: nfe + result.nfe, solves: solves + 1, seconds: before + elapsed };
      parts.keep(measured);
      tell(args, `  ${String(measured.values.length).padStart(5)} images  ${bitsOf(measured)}  ${formatSeconds(measured.seconds)}`);
      if (args.budget !== undefined && elapsed > args.budget * 60 && measured.values.length < count) {
        tell(args, `stopped by --budget ${String(args.budget)}: the mean is of ${String(measured.values.length)} images`);
        break;
      }
    }
  };
  const stopped = (): Interrupted => {
    const done = measured.values.length;
    return new Interrupted(`stopped after ${String(done)} of ${String(count)} images${done > 1 ? ` (${bitsOf(measured)} bits/dim so far), which are kept` : ""}`, "the same command goes on from there");
  };
  await interruptible(stopped, measureAll);
  parts.drop();
  const { values, spread, solves, seconds } = measured;
  const nfe = measured.nfe / solves;
  const { mean, standardError } = meanAndError(Float64Array.from(values));
  const natsPerBit = imageSize(reader.shape) * Math.LN2;
  const [nats, natsError] = [mean * natsPerBit, standardError * natsPerBit];
  const kind = kindOf(choice, k);
  const how = [divergenceLabel(choice, "an image"), `K = ${String(k)}`, ...(k > 1 ? [`spread over copies ${spread.toFixed(4)} bits/dim`] : []), `${nfe.toFixed(0)} NFE`, formatSeconds(seconds)];
  tell(args, `bits/dim  ${bitsOf(measured)}, ${formatMean(nats, natsError, 1)} nats an image: ${kind} (${how.join(", ")})`);
  return { bitsPerDim: mean, standardError, nats, natsStandardError: natsError, kind, images: values.length, k, spread, ...choice, nfe, seconds };
}

/** What the number says of the true one, up to the solver's error: the logarithm of a mean over copies rewards the noise of probes. */
const kindOf = ({ divergence }: DivergenceChoice, k: number): string =>
  divergence === "exact" ? "a bound" : k === 1 ? "an unbiased estimate of a bound" : "an estimate, no bound";

/** The mean so far, with its standard error. */
function bitsOf({ values }: Measured): string {
  const { mean, standardError } = meanAndError(Float64Array.from(values));
  return formatMean(mean, standardError);
}
