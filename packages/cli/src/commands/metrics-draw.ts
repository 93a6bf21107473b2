/** @file Samples for `fluxion metrics`, with the time that they take said first. */
import { isAdaptive, Key, solverNamed } from "fluxion";
import type { Conditioning, Examples, Flow, SolverOptions } from "fluxion";
import type { ImageSplit } from "@fluxion/node";
import type { ComputeFlags } from "../compute.ts";
import { formatCount, formatSeconds } from "../format.ts";

/** Options of `fluxion metrics`. */
export interface MetricsArguments extends ComputeFlags, Pick<SolverOptions, "solver" | "rtol" | "atol" | "steps"> {
  readonly samples: number;
  /** The ONNX file of a feature network, for images. */
  readonly features?: string | undefined;
  /** Pixels 0 and 255 for a network that does not say. */
  readonly range?: readonly [number, number] | undefined;
  readonly reference: ImageSplit;
  readonly leastSamples?: number | undefined;
  /** Where references are kept. */
  readonly cache?: string | undefined;
  readonly seed: number;
  readonly json?: boolean | undefined;
}

/** What a measurement leaves behind. */
export type MetricsResult = Readonly<Record<string, string | number>>;

/** Prints a line for people, where it does not disturb JSON. */
export type Tell = (line: string) => void;

/** The solver options among others. */
export const solverOf = ({ solver, rtol, atol, steps }: MetricsArguments): SolverOptions => ({ solver, rtol, atol, steps });

/** Samples for the prediction of a longer draw. */
const trialCount = 50;

/** Says how long the samples will take, draws them, and says what they took. `adaptiveNfe` is for the prediction only, `told` gives conditions. */
export async function drawSamples(
  flow: Flow,
  args: MetricsArguments,
  adaptiveNfe: number,
  tell: Tell,
  told: (count: number) => Conditioning | Promise<Conditioning> = () => ({}),
): Promise<Pick<Examples, "values" | "shape" | "nfe"> & { readonly seconds: number }> {
  const { samples, seed } = args;
  const key = Key.from(seed).child("metrics");
  const { name, b } = solverNamed(args.solver ?? "dopri5");
  const evaluations = isAdaptive(args.solver ?? "dopri5") ? adaptiveNfe : (args.steps ?? 100) * b.length;
  const trialConditions = await told(Math.min(trialCount, samples));
  const trial = async (): Promise<number> => {
    const begin = performance.now();
    await flow.sample({ count: Math.min(trialCount, samples), key, solver: "euler", steps: 2, ...trialConditions });
    return (performance.now() - begin) / 2000;
  };
  // The first call compiles.
  await trial();
  const seconds = ((await trial()) * evaluations * samples) / Math.min(trialCount, samples);
  tell(`${formatCount(samples)} samples by ${name}: about ${formatSeconds(seconds)} at ${evaluations} NFE`);
  const conditions = await told(samples);
  const started = performance.now();
  const { values, shape, nfe } = await flow.sample({ count: samples, key, ...solverOf(args), ...conditions });
  const took = (performance.now() - started) / 1000;
  tell(`drawn in ${formatSeconds(took)}: ${nfe.toFixed(0)} NFE, seed ${seed}`);
  return { values, shape, nfe, seconds: took };
}
