import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { frechetShare, listed, otLeast } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { coloured, methods } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { paperFigure5 } from "../paper-plots.ts";
import { countOf, hasQuality, quality, snapshotsOf } from "./images-measures.ts";
import { secondsOfSolves } from "./images-costs.ts";
import { secondsOfFeatures } from "./images-features.ts";

/** Sample quality over training. */
export const figure5: Experiment = {
  name: "figure5",
  paper: "Figure 5",
  about: "Fréchet distance over training, five methods",
  study: "images",
  predict: async (study) => {
    const images = countOf(study, "snapshotSamples");
    const left = methods.flatMap(({ id }) => snapshotsOf(study, id).filter((step) => !hasQuality(study, id, { solver: "dopri5" }, images, step)).map(() => ({ id, images })));
    return (await secondsOfSolves(study, left)) + (await secondsOfFeatures(study));
  },
  run: async (study) => {
    const count = countOf(study, "snapshotSamples");
    const curves = [];
    for (const { id, label } of methods) {
      study.say(`measuring ${label}`);
      const points = [];
      for (const step of study.run(id).snapshots()) {
        points.push({ x: step, y: (await quality(study, id, { solver: "dopri5" }, count, step)).frechet });
      }
      curves.push({ id, name: label, points });
    }
    const svg = await curvesFigure({
      title: "Sample quality over training",
      subtitle: `Fréchet distance of ${String(count)} samples (dopri5 at 1e-5) to the test set, features of our own network.`,
      x: { title: "training step" },
      y: { title: "Fréchet distance", logarithmic: true },
      panels: [{ curves: coloured(curves) }],
    });
    return {
      rows: [],
      tables: [
        {
          title: "Fréchet distance by training step",
          columns: ["method", ...(curves[0]?.points ?? []).map(({ x }) => String(x))],
          rows: curves.map(({ name, points }) => [name, ...points.map(({ y }) => y.toFixed(2))]),
          note: `${String(count)} samples in the features of our own network: no FID of the literature.`,
        },
        paperFigure5,
      ],
      figures: [{ id: "figure5", title: "Figure 5", caption: "Averaged weights at equal parts of training.", svg }],
      claims: claimsOf(curves),
      data: { curves },
    };
  },
};

/** The paper's claims about quality over training. */
export function claimsOf(curves: readonly { readonly id: MethodId; readonly name: string; readonly points: readonly { readonly y: number }[] }[]): Claim[] {
  const found = curves.map(({ name, id, points }) => ({
    label: name,
    id,
    area: points.reduce((sum, { y }) => sum + Math.log(y), 0) / points.length,
    last: points.at(-1)?.y ?? NaN,
  }));
  return [
    {
      claim: "FM w/ OT lowers the Fréchet distance faster than all others",
      source: "§6.1, Figure 5",
      criterion: "the least mean logarithm over training, by more than 0.1, as a tenth of the distance is (one seed)",
      holds: otLeast(found, ({ area }) => area, () => frechetShare),
      evidence: `mean of its logarithm over training: ${listed(found, ({ area }) => area.toFixed(2))}`,
    },
    {
      claim: "FM w/ OT ends with the lowest Fréchet distance",
      source: "§6.1, Figure 5",
      criterion: "the least at the end, by more than a tenth (one seed)",
      holds: otLeast(found, ({ last }) => last, (_, ot) => frechetShare * ot.last),
      evidence: `at the end: ${listed(found, ({ last }) => last.toFixed(2))}`,
    },
  ];
}
