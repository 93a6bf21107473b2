import { panelsFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { all, less, listed, nfeShare, otLeast, twoErrors } from "../findings.ts";
import type { Claim, Findings } from "../findings.ts";
import { methods } from "../methods.ts";
import type { Method, MethodId } from "../methods.ts";
import type { Study } from "../study.ts";
import { secondsOfPoints } from "./points-costs.ts";
import {
  adaptive, adaptiveName, asSet, distanceTo, fewSteps, fewStepsName, framePoints, frames, framesName, frameShares, heldOut, likelihood, likelihoodName,
  nllPoints, samplesOf, secondsOfDistance, standardized,
} from "./points-measures.ts";
import type { KeptPoints } from "./points-measures.ts";

/** Evaluations of midpoint in the paper's figure. */
const budgets = [4, 8, 10, 20];
/** The frame that the paper's readers compare: the pattern shows on the OT path, not yet on the others. */
const middle = 5;

/** By how much the distance left at half time must differ, as a share of the way. */
const emergenceMargin = 0.05;

/** What the claims are about. */
export interface Measured {
  readonly id: MethodId;
  readonly label: string;
  readonly nll: number;
  readonly nllError: number;
  readonly nfe: number;
  /** Sliced Wasserstein distances to held-out points: midpoint at each budget, then dopri5. */
  readonly few: readonly number[];
  readonly full: number;
  /** Distances of the frames to the last, all at unit variance, as shares of the first frame's. */
  readonly emergence: readonly number[];
}

interface Picture extends Pick<Method, "label" | "colour"> {
  readonly frames: readonly KeptPoints[];
  readonly few: readonly KeptPoints[];
}

/** The checkerboard under five methods: frames over time, and samples of few evaluations. */
export const figure4: Experiment = {
  name: "figure4",
  also: ["figure9"],
  paper: "Figures 4 and 9",
  about: "five methods in the plane: frames over time, samples of few evaluations",
  study: "points",
  predict: async (study) => {
    const samples = samplesOf(study);
    const left = methods.flatMap(({ id }) => [
      ...(study.has(framesName(id)) ? [] : [{ id, points: framePoints(study) }]),
      ...budgets.filter((nfe) => !study.has(fewStepsName(id, nfe))).map((nfe) => ({ id, points: samples, nfe })),
      ...(study.has(adaptiveName(id)) ? [] : [{ id, points: samples }]),
      ...(study.has(likelihoodName(id)) ? [] : [{ id, points: nllPoints(study), density: true }]),
    ]);
    // Distances are computed anew by every call: those of frames, of each budget and of dopri5.
    const distances = methods.length * (frameShares.length + budgets.length + 1);
    return (await secondsOfPoints(study, left)) + distances * secondsOfDistance(study);
  },
  run: async (study) => {
    const found: Measured[] = [];
    const pictures: Picture[] = [];
    for (const { id, label, colour } of methods as readonly (Method & { id: MethodId })[]) {
      study.say(`measuring ${label}`);
      const drawn = await frames(study, id);
      const few: KeptPoints[] = [];
      for (const nfe of budgets) few.push(await fewSteps(study, id, nfe));
      const { points, nfe } = await adaptive(study, id);
      const { nll, standardError } = await likelihood(study, id);
      found.push({ id, label, nll, nllError: standardError, nfe, ...distances(study, id, drawn, few, points) });
      pictures.push({ label, colour, frames: drawn, few: [...few, points] });
    }
    const entropy = study.run("fm-ot").record.entropy;
    const floor = halvesApart(study);
    return { ...(await drawing(pictures)), rows: [], tables: [tableOf(found, entropy, floor)], claims: claimsOf(found, floor), data: { methods: found, entropy, floor } };
  },
};

/** The distance between two halves of the held-out points: what equal distributions are apart at this number. */
function halvesApart(study: Study): number {
  const { values, shape: [n, d] } = heldOut(study, "fm-ot");
  const half = Math.floor(n / 2);
  const part = (from: number): KeptPoints => ({ values: values.slice(from * d, (from + half) * d), shape: [half, d] });
  return distanceTo(study, part(0), part(half));
}

function distances(study: Study, id: MethodId, drawn: readonly KeptPoints[], few: readonly KeptPoints[], full: KeptPoints) {
  const data = heldOut(study, id);
  // The OT path shrinks the noise on its way: patterns are compared at one size.
  const shapes = drawn.map(standardized);
  const last = shapes.at(-1) ?? data;
  const ways = shapes.map((frame) => distanceTo(study, frame, last));
  return {
    few: few.map((points) => distanceTo(study, points, data)),
    full: distanceTo(study, full, data),
    emergence: ways.map((way) => way / (ways[0] ?? NaN)),
  };
}

async function drawing(pictures: readonly Picture[]): Promise<Pick<Findings, "figures">> {
  const over = await panelsFigure({
    title: "From noise to data, by method",
    subtitle: "The same noise at ten times from the start of each path to its end (dopri5 at 1e-5; model space).",
    columns: frameShares.map((share) => `t = ${share.toFixed(2)}`),
    rows: pictures.map(({ label, colour, frames }) => ({ name: label, colour, clouds: frames.map(asSet) })),
  });
  const few = await panelsFigure({
    title: "Samples of few evaluations, by method",
    subtitle: "The midpoint method from the same noise; on the right dopri5 at 1e-5.",
    columns: [...budgets.map((nfe) => `NFE ${String(nfe)}`), "dopri5"],
    rows: pictures.map(({ label, colour, few }) => ({ name: label, colour, clouds: few.map(asSet) })),
  });
  return {
    figures: [
      { id: "frames", title: "Frames over time (Figures 4 left, 9)", caption: "Columns: shares of the path's interval, from noise to data.", svg: over },
      { id: "few-evaluations", title: "Few evaluations (Figure 4 right)", caption: "Network evaluations of the midpoint method, two a step.", svg: few },
    ],
  };
}

function tableOf(found: readonly Measured[], entropy: number | undefined, floor: number) {
  return {
    title: "Five methods, one network, equal steps",
    columns: ["method", "NLL, nats", ...(entropy === undefined ? [] : ["gap"]), "NFE, dopri5", ...budgets.map((nfe) => `W, NFE ${String(nfe)}`), "W, dopri5", "W at half time"],
    rows: found.map(({ label, nll, nllError, nfe, few, full, emergence }) => [
      label,
      `${nll.toFixed(3)} ± ${nllError.toFixed(3)}`,
      ...(entropy === undefined ? [] : [(nll - entropy).toFixed(3)]),
      nfe.toFixed(0),
      ...few.map((distance) => distance.toFixed(3)),
      full.toFixed(3),
      (emergence[middle] ?? NaN).toFixed(2),
    ]),
    note: `NLL: exact divergence, held-out points. W: sliced 2-Wasserstein distance to held-out points; two halves of those are ${floor.toFixed(3)} apart. W at half time: distance of the frame at ${(frameShares[middle] ?? 0).toFixed(2)} of the interval to the last frame, both at unit variance, as a share of that of the noise.`,
  };
}

/**
 * The paper's claims about the checkerboard.
 *
 * @param floor - the distance of two sets of held-out points
 */
export function claimsOf(found: readonly Measured[], floor: number): Claim[] {
  const ofId = (id: MethodId): Measured | undefined => found.find((each) => each.id === id);
  const half = (each: Measured | undefined): number => each?.emergence[middle] ?? NaN;
  const list = (value: (each: Measured) => number, digits: number): string => listed(found, (each) => value(each).toFixed(digits));
  const [ot, others] = [ofId("fm-ot"), [ofId("fm-diffusion"), ofId("score-matching")]];
  return [
    {
      claim: "On the OT path the pattern emerges earlier than on the diffusion path",
      source: "§6, Figure 4 left",
      criterion: `the distance left is less than those of FM w/ Diffusion and Score Matching, by more than ${String(emergenceMargin)}`,
      holds: all(others.map((other) => less(half(ot), half(other), emergenceMargin))),
      evidence: `distance left at ${(frameShares[middle] ?? 0).toFixed(2)} of the interval: ${list(half, 2)}`,
    },
    {
      claim: "OT samples are better at few evaluations",
      source: "§6, Figure 4 right",
      criterion: "the least distance of all methods at NFE 4 and at NFE 8, by more than two halves of the held-out points are apart",
      holds: all([0, 1].map((i) => otLeast(found, (each) => each.few[i] ?? NaN, () => floor))),
      evidence: `${budgets.slice(0, 2).map((nfe, i) => `NFE ${String(nfe)}: ${list((each) => each.few[i] ?? NaN, 3)}`).join("; ")}; halves of the held-out points: ${floor.toFixed(3)}`,
    },
    {
      claim: "FM w/ OT has the best likelihood",
      source: "Table 1, here in the plane",
      criterion: "the least NLL of all methods, by more than two standard errors",
      holds: otLeast(found, ({ nll }) => nll, (other, ot) => twoErrors(other.nllError, ot.nllError)),
      evidence: list(({ nll }) => nll, 3),
    },
    {
      claim: "FM w/ OT needs the fewest evaluations at equal tolerance",
      source: "Table 1, here in the plane",
      criterion: "the fewest of all methods, by more than 5% (one seed)",
      holds: otLeast(found, ({ nfe }) => nfe, (_, ot) => nfeShare * ot.nfe),
      evidence: list(({ nfe }) => nfe, 0),
    },
  ];
}
