/** @file What the experiments on images measure of each method, each measurement kept in the study. */
import { bitsPerDim, bitsPerDimOfCopies, imageSize, meanAndError, readImages } from "fluxion";
import type { Examples, SolverName } from "fluxion";
import type { ImageBatch } from "@fluxion/node";
import { parseOptions } from "../../options.ts";
import { pixelsOf } from "../../pixels.ts";
import { openImageSplit } from "../../task.ts";
import type { MethodId } from "../methods.ts";
import { keyOf } from "../study.ts";
import type { Study } from "../study.ts";
import { scoresOf } from "./images-features.ts";

/** A count of the study's scale. */
export const countOf = ({ scale }: Study, name: string): number => scale.measure[name] ?? 64;

/** A solver with its steps, where they are fixed. */
export interface Solving {
  readonly solver: SolverName;
  readonly steps?: number | undefined;
}

const nameOf = ({ solver, steps }: Solving): string => (steps === undefined ? solver : `${solver}-${String(steps)}`);

/** The Fréchet distance of samples, with their mean NFE. */
export interface Quality {
  readonly frechet: number;
  /** The kernel distance (KID), which has a standard error where the Fréchet distance has none; absent in older studies. */
  readonly kernel?: number | undefined;
  readonly kernelError?: number | undefined;
  readonly nfe: number;
  readonly samples: number;
}

/** Draws samples from the noise that all methods share. */
export async function draw(study: Study, id: MethodId, count: number, solving: Solving, step?: number): Promise<Examples> {
  const flow = await study.flow(id, step);
  const { solver, steps } = solving;
  const fixed = steps !== undefined;
  const samples = await flow.sample({ count, key: keyOf(study).child("noise"), solver, ...(fixed ? { steps } : { rtol: 1e-5, atol: 1e-5 }) });
  await flow.dispose();
  return samples;
}

/** The steps at which a method's weights are kept; undefined in each place where it is not trained yet. */
export const snapshotsOf = (study: Study, id: MethodId): readonly (number | undefined)[] =>
  study.trained([id]) > 0 ? study.run(id).snapshots() : Array.from({ length: study.scale.snapshots }, () => undefined);

const qualityName = (id: MethodId, solving: Solving, count: number, step?: number): string =>
  `${id}${step === undefined ? "" : `/step-${String(step)}`}/frechet-${nameOf(solving)}-${String(count)}`;

/** Whether the quality is measured already; false for a snapshot that is not there yet. */
export const hasQuality = (study: Study, id: MethodId, solving: Solving, count: number, ...step: readonly (number | undefined)[]): boolean =>
  (step.length === 0 || step[0] !== undefined) && study.has(qualityName(id, solving, count, ...step));

/** The quality of a method's samples, at a step of its training where one is given. */
export function quality(study: Study, id: MethodId, solving: Solving, count: number, step?: number): Promise<Quality> {
  return study.measured(qualityName(id, solving, count, step), async () => {
    const samples = await draw(study, id, count, solving, step);
    const { fid, kid } = await scoresOf(study, pixelsOf(samples), "test");
    return { frechet: fid.value, kernel: kid.value, kernelError: kid.spread, nfe: samples.nfe, samples: count };
  });
}

/** Bits per dimension for growing K. */
export interface Likelihood {
  /** `bits[k − 1]` and `errors[k − 1]` are those of K = k. */
  readonly bits: readonly number[];
  readonly errors: readonly number[];
  readonly spread: number;
  readonly nfe: number;
  readonly images: number;
}

/** The file of a method's likelihood. */
export const likelihoodName = (id: MethodId): string => `${id}/bits-per-dim`;

/** Bits per dimension of test images by Hutchinson's estimate, K from 1 to the study's. */
export function likelihood(study: Study, id: MethodId): Promise<Likelihood> {
  return study.measured(likelihoodName(id), async () => {
    const run = study.run(id);
    const { reader } = await openImageSplit(parseOptions(run.record.options, run.file("options.json")), "test");
    const d = imageSize(reader.shape);
    const images = Math.min(countOf(study, "nllImages"), reader.shape[0]);
    const flow = await study.flow(id);
    const result = await bitsPerDim(flow, readImages(reader, images).pixels, {
      key: keyOf(study).child("likelihood"),
      samples: countOf(study, "nllK"),
      rtol: 1e-5,
      atol: 1e-5,
    });
    await flow.dispose();
    const byK = result.logDensities.map((_, k) => meanAndError(bitsPerDimOfCopies(result.logDensities.slice(0, k + 1), d)));
    return { bits: byK.map(({ mean }) => mean), errors: byK.map(({ standardError }) => standardError), spread: result.spread, nfe: result.nfe, images };
  });
}

/** Images whose evaluations are counted. */
export const countedImages = 64;

const evaluationsName = (id: MethodId, step: number): string => `${id}/step-${String(step)}/nfe`;

/** Whether the evaluations of a snapshot are counted already; false for one that is not there yet. */
export const hasEvaluations = (study: Study, id: MethodId, step: number | undefined): boolean => step !== undefined && study.has(evaluationsName(id, step));

/** Evaluations of dopri5 at 1e-5 for 64 images, at a step of training. */
export function evaluationsAt(study: Study, id: MethodId, step: number): Promise<number> {
  return study.measured(evaluationsName(id, step), async () => (await draw(study, id, countedImages, { solver: "dopri5" }, step)).nfe);
}

/** Noises whose solutions are compared. */
export const noisesOf = (study: Study): number => Math.min(256, countOf(study, "samples"));

const errorName = (study: Study, id: MethodId, solving: Solving): string => `${id}/error-${nameOf(solving)}-${String(noisesOf(study))}`;
const truthName = (study: Study, id: MethodId): string => `${id}/reference-${String(noisesOf(study))}`;

/** Evaluations of midpoint that stand for the exact solution. */
const truthNfe = 1000;

/** Evaluations that a method's error by a solver still takes, and its reference where it is not there. */
export const errorNfe = (study: Study, id: MethodId, solving: Solving, nfe: number): number => (study.has(errorName(study, id, solving)) ? 0 : nfe);
export const truthNfeLeft = (study: Study, id: MethodId): number => (study.has(truthName(study, id)) ? 0 : truthNfe);

/** Root mean square difference by pixel, in [−1, 1], between solutions of few evaluations and of a thousand. */
export function solverError(study: Study, id: MethodId, solving: Required<Solving>): Promise<number> {
  const noises = noisesOf(study);
  return study.measured(errorName(study, id, solving), async () => {
    const truth = await study.measured(truthName(study, id), async () => [...(await draw(study, id, noises, { solver: "midpoint", steps: truthNfe / 2 })).values]);
    const { values } = await draw(study, id, noises, solving);
    const squares = Array.from(values, (value, i) => ((value - (truth[i] ?? NaN)) / 128) ** 2);
    return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
  });
}

/** States in model space, where images are in [−1, 1] and noise is not. */
export interface KeptStates {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

/** The file of a method's journey. */
export const journeyName = (id: MethodId, count: number): string => `${id}/journey-states-${String(count)}`;

/** The same noise on its way at chosen shares of the interval. */
export function journey(study: Study, id: MethodId, count: number, shares: readonly number[]): Promise<readonly KeptStates[]> {
  return study.measured(journeyName(id, count), async () => {
    const flow = await study.flow(id);
    const [t0, t1] = flow.path.interval;
    const times = shares.map((share) => (share === 1 ? t1 : t0 + share * (t1 - t0)));
    const states = await flow.trajectory({ count, key: keyOf(study).child("noise"), times, rtol: 1e-5, atol: 1e-5 });
    await flow.dispose();
    return states.map(({ values, shape }) => ({ shape: [...shape], values: Array.from(values, (value) => Math.round(value * 1e5) / 1e5) }));
  });
}

/** States as pictures: what is outside of [−1, 1] is clipped. */
export const picturesOf = ({ values, shape }: KeptStates): ImageBatch => pixelsOf({ values: Float64Array.from(values, (y) => 128 * (y + 1)), shape });
