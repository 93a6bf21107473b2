import type { Experiment } from "../experiment.ts";
import { all, listed, nfeShare, otLeast, twoErrors } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { methods } from "../methods.ts";
import type { PaperMethodId } from "../methods.ts";
import { countOf, hasQuality, likelihood, likelihoodName, quality } from "./images-measures.ts";
import type { Likelihood, Quality } from "./images-measures.ts";
import { secondsOfSolves } from "./images-costs.ts";
import { frechetFloor, secondsOfFeatures } from "./images-features.ts";

/** The paper's Table 1, CIFAR-10: bits per dimension, FID, NFE. */
const paper: Readonly<Record<PaperMethodId, readonly [number, number, number]>> = {
  ddpm: [3.12, 7.48, 274],
  "score-matching": [3.16, 19.94, 242],
  scoreflow: [3.09, 20.78, 428],
  "fm-diffusion": [3.1, 8.06, 183],
  "fm-ot": [2.99, 6.35, 142],
};

/** The paper's Table 4, CIFAR-10: bits per dimension for K of 1, 20 and 50. */
const paperByK: Readonly<Record<PaperMethodId, readonly [string, string, string]>> = {
  ddpm: ["3.24", "3.14", "3.12"],
  "score-matching": ["3.28", "3.18", "3.16"],
  scoreflow: ["3.21", "3.11", "3.09"],
  "fm-diffusion": ["3.23", "3.13", "3.10"],
  "fm-ot": ["3.11", "3.01", "2.99"],
};

/** What the claims are about. */
export interface Row {
  readonly id: PaperMethodId;
  readonly label: string;
  readonly likelihood: Likelihood;
  readonly quality: Quality;
}

/** Likelihood, Fréchet distance and evaluations of five methods on one data set with one network. */
export const table1: Experiment = {
  name: "table1",
  also: ["table4"],
  paper: "Tables 1 and 4",
  about: "likelihood by K, Fréchet distance and NFE of five methods",
  study: "images",
  predict: async (study) => {
    const [samples, images] = [countOf(study, "samples"), countOf(study, "nllImages") * countOf(study, "nllK")];
    const left = methods.flatMap(({ id }) => [
      ...(hasQuality(study, id, { solver: "dopri5" }, samples) ? [] : [{ id, images: samples }]),
      ...(study.has(likelihoodName(id)) ? [] : [{ id, images, density: true }]),
    ]);
    return (await secondsOfSolves(study, left)) + (await secondsOfFeatures(study));
  },
  run: async (study) => {
    const rows: Row[] = [];
    for (const { id, label } of methods) {
      study.say(`measuring ${label}`);
      rows.push({ id, label, quality: await quality(study, id, { solver: "dopri5" }, countOf(study, "samples")), likelihood: await likelihood(study, id) });
    }
    const floor = await frechetFloor(study, countOf(study, "samples"));
    const ks = [...new Set([1, Math.ceil(countOf(study, "nllK") / 2), countOf(study, "nllK")])];
    const best = rows[0]?.likelihood;
    return {
      rows: [],
      tables: [
        {
          title: "Table 1 at this scale, beside the paper's CIFAR-10",
          columns: ["method", "bits/dim", "Fréchet", "kernel (KID)", "NFE", "paper: NLL", "paper: FID", "paper: NFE"],
          rows: [
            ...rows.map(({ id, label, likelihood, quality }) => [
              label,
              `${(likelihood.bits.at(-1) ?? NaN).toFixed(3)} ± ${(likelihood.errors.at(-1) ?? NaN).toFixed(3)}`,
              quality.frechet.toFixed(2),
              quality.kernel === undefined ? "–" : `${quality.kernel.toFixed(4)} ± ${(quality.kernelError ?? NaN).toFixed(4)}`,
              quality.nfe.toFixed(0),
              ...paper[id].map(String),
            ]),
            ...(floor === undefined ? [] : [["training images", "–", floor.toFixed(2), "–", "–", "–", "–", "–"]]),
          ],
          note: `Ours: ${String(best?.images ?? 0)} test images, K = ${String(countOf(study, "nllK"))}, one Hutchinson probe an image; ${String(countOf(study, "samples"))} samples against the test set in the features of our own network, so that the Fréchet column compares methods here and is no FID of the literature; the kernel distance of the same features has a standard error, over blocks of samples; as many training images in their place give the floor. dopri5 at 1e-5. The paper's figures are of CIFAR-10 at another scale.`,
        },
        {
          title: "Table 4 at this scale, beside the paper's CIFAR-10: bits per dimension by K",
          columns: ["method", ...ks.map((k) => `K = ${String(k)}`), "spread over copies", "paper: K = 1", "paper: K = 20", "paper: K = 50"],
          rows: rows.map(({ id, label, likelihood }) => [
            label,
            ...ks.map((k) => `${(likelihood.bits[k - 1] ?? NaN).toFixed(3)} ± ${(likelihood.errors[k - 1] ?? NaN).toFixed(3)}`),
            likelihood.spread.toFixed(4),
            ...paperByK[id],
          ]),
          note: "K > 1 over Hutchinson's estimates is an estimate, no bound: the same probes serve all copies of an image, and the spread says how far the copies differ.",
        },
      ],
      figures: [],
      claims: claimsOf(rows),
      data: { methods: rows, floor },
    };
  },
};

/** The paper's claims about its tables. */
export function claimsOf(rows: readonly Row[]): Claim[] {
  const last = (list: readonly number[]): number => list.at(-1) ?? NaN;
  const bits = ({ likelihood }: Row): number => last(likelihood.bits);
  const bitsError = ({ likelihood }: Row): number => last(likelihood.errors);
  const kernel = ({ quality }: Row): number => quality.kernel ?? NaN;
  const kernelError = ({ quality }: Row): number => quality.kernelError ?? NaN;
  const list = (value: (row: Row) => number, digits: number): string => listed(rows, (row) => value(row).toFixed(digits));
  return [
    {
      claim: "FM w/ OT has the best likelihood",
      source: "Table 1",
      criterion: "the least bits/dim of all methods, by more than two standard errors",
      holds: otLeast(rows, bits, (other, ot) => twoErrors(bitsError(other), bitsError(ot))),
      evidence: `${list(bits, 3)} bits/dim`,
    },
    {
      claim: "FM w/ OT has the lowest Fréchet distance",
      source: "Table 1",
      criterion: "the least Fréchet distance of all methods, and the least kernel distance of the same features, by more than two standard errors",
      holds: all([
        otLeast(rows, ({ quality }) => quality.frechet),
        otLeast(rows, kernel, (other, ot) => twoErrors(kernelError(other), kernelError(ot))),
      ]),
      evidence: `${list(({ quality }) => quality.frechet, 2)}; kernel distance: ${listed(rows, (row) => `${kernel(row).toFixed(4)} ± ${kernelError(row).toFixed(4)}`)}`,
    },
    {
      claim: "FM w/ OT has the fewest evaluations",
      source: "Table 1",
      criterion: "the fewest of all methods, by more than 5% (one seed)",
      holds: otLeast(rows, ({ quality }) => quality.nfe, (_, ot) => nfeShare * ot.quality.nfe),
      evidence: `${list(({ quality }) => quality.nfe, 0)} NFE`,
    },
  ];
}
