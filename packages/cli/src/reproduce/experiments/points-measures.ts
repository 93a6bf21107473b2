/** @file What the experiments in the plane measure of each method, each measurement kept in the study. */
import { readFileSync } from "node:fs";
import { applyTransform, fitStandardize, meanAndError, normal, parseNpy, slicedWasserstein } from "fluxion";
import type { Examples, FloatArray } from "fluxion";
import type { PointCloud } from "@fluxion/node";
import type { MethodId } from "../methods.ts";
import { keyOf } from "../study.ts";
import type { Study } from "../study.ts";

/** Points kept as plain JSON, to four digits after the point. */
export interface KeptPoints {
  readonly values: readonly number[];
  readonly shape: readonly [number, number];
}

const kept = ({ values, shape: [n = 0, d = 0] }: Examples): KeptPoints => ({
  values: Array.from(values, (value) => Math.round(value * 1e4) / 1e4),
  shape: [n, d],
});

/** Points as measurements take them. */
export const asSet = ({ values, shape }: KeptPoints): PointCloud & { readonly values: Float64Array } => ({ values: Float64Array.from(values), shape });

/** Points that training never saw, in data space. */
export function heldOut(study: Study, id: MethodId): KeptPoints {
  const path = study.run(id).file("held-out.npy");
  const { data, shape } = parseNpy(readFileSync(path), path);
  return { values: Array.from(data as FloatArray), shape: [shape[0] ?? 0, shape[1] ?? 0] };
}

/** Shares of the path's interval at which frames are taken. */
export const frameShares = Array.from({ length: 10 }, (_, i) => i / 9);

/** Files of measurements. */
export const framesName = (id: MethodId): string => `${id}/frames`;
export const fewStepsName = (id: MethodId, nfe: number): string => `${id}/midpoint-${String(nfe)}`;
export const adaptiveName = (id: MethodId): string => `${id}/dopri5`;
export const likelihoodName = (id: MethodId): string => `${id}/nll`;
export const evaluationsName = (id: MethodId, step: number): string => `${id}/step-${String(step)}/nfe`;

/** Points of a sample, of a frame, and of a likelihood. */
export const samplesOf = ({ scale }: Study): number => scale.measure["samples"] ?? 10_000;
export const framePoints = (study: Study): number => Math.min(3000, samplesOf(study));
export const nllPoints = ({ scale }: Study): number => scale.measure["nllPoints"] ?? 2000;
/** Points whose evaluations are counted. */
export const countedPoints = 1000;

/** The same noise on its way at ten times, in model space. */
export function frames(study: Study, id: MethodId): Promise<readonly KeptPoints[]> {
  return study.measured(framesName(id), async () => {
    const flow = await study.flow(id);
    const [t0, t1] = flow.path.interval;
    const times = frameShares.map((share) => (share === 1 ? t1 : t0 + (t1 - t0) * share));
    const states = await flow.trajectory({ count: framePoints(study), key: keyOf(study).child("noise"), times, rtol: 1e-5, atol: 1e-5 });
    await flow.dispose();
    return states.map(kept);
  });
}

/** Samples of midpoint at a number of evaluations, from the same noise for all methods. */
export function fewSteps(study: Study, id: MethodId, nfe: number): Promise<KeptPoints> {
  return study.measured(fewStepsName(id, nfe), async () => {
    const flow = await study.flow(id);
    const samples = await flow.sample({ count: samplesOf(study), key: keyOf(study).child("noise"), solver: "midpoint", steps: nfe / 2 });
    await flow.dispose();
    return kept(samples);
  });
}

/** Samples of dopri5 at the paper's tolerance, with their cost. */
export function adaptive(study: Study, id: MethodId): Promise<{ readonly points: KeptPoints; readonly nfe: number }> {
  return study.measured(adaptiveName(id), async () => {
    const flow = await study.flow(id);
    const samples = await flow.sample({ count: samplesOf(study), key: keyOf(study).child("noise"), solver: "dopri5", rtol: 1e-5, atol: 1e-5 });
    await flow.dispose();
    return { points: kept(samples), nfe: samples.nfe };
  });
}

/** Evaluations of dopri5 at 1e-5 for 1,000 points, at a step of training. */
export function evaluationsAt(study: Study, id: MethodId, step: number): Promise<number> {
  return study.measured(evaluationsName(id, step), async () => {
    const flow = await study.flow(id, step);
    const { nfe } = await flow.sample({ count: countedPoints, key: keyOf(study).child("noise"), solver: "dopri5", rtol: 1e-5, atol: 1e-5 });
    await flow.dispose();
    return nfe;
  });
}

/** The exact negative log-likelihood of held-out points, in nats. */
export function likelihood(study: Study, id: MethodId): Promise<{ readonly nll: number; readonly standardError: number; readonly nfe: number; readonly points: number }> {
  return study.measured(likelihoodName(id), async () => {
    const flow = await study.flow(id);
    const { values, shape } = heldOut(study, id);
    const points = Math.min(nllPoints(study), shape[0]);
    const { logProb, nfe } = await flow.logProb(Float32Array.from(values.slice(0, points * shape[1])));
    await flow.dispose();
    const { mean, standardError } = meanAndError(logProb.map((value) => -value));
    return { nll: mean, standardError, nfe, points };
  });
}

/** Points moved to mean 0 and scaled to variance 1 in each coordinate. */
export function standardized({ values, shape }: KeptPoints): KeptPoints {
  const transform = fitStandardize(Float64Array.from(values), shape);
  return { values: [...applyTransform(transform, Float64Array.from(values))], shape };
}

/** The sliced Wasserstein distance to other points, in their units. */
export const distanceTo = (study: Study, points: KeptPoints, reference: KeptPoints): number =>
  slicedWasserstein(asSet(points), asSet(reference), { key: keyOf(study).child("directions"), projections: 200 });

/** Seconds of one such distance: that of noise to itself tells. */
export function secondsOfDistance(study: Study): number {
  const count = samplesOf(study);
  const cloud: KeptPoints = { values: [...normal(keyOf(study).child("noise"), new Float32Array(2 * count))], shape: [count, 2] };
  const started = performance.now();
  distanceTo(study, cloud, cloud);
  return (performance.now() - started) / 1000;
}
