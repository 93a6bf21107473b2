import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { listed, otHasLeast } from "../findings.ts";
import { coloured, methods } from "../methods.ts";
import { countOf, quality } from "./images-measures.ts";
import { costsOf } from "./images-costs.ts";

/** Sample quality over training. */
export const figure5: Experiment = {
  name: "figure5",
  paper: "Figure 5",
  about: "Fréchet distance over training, five methods",
  study: "images",
  predict: async (study) => methods.length * study.scale.snapshots * countOf(study, "snapshotSamples") * (await costsOf(study)).sample,
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
    const found = curves.map(({ name, id, points }) => ({ label: name, id, area: points.reduce((sum, { y }) => sum + Math.log(y), 0) / points.length, last: points.at(-1)?.y ?? NaN }));
    return {
      rows: [],
      tables: [],
      figures: [{ id: "figure5", title: "Figure 5", caption: "Averaged weights at equal parts of training.", svg }],
      claims: [
        {
          claim: "FM w/ OT lowers the Fréchet distance faster than all others",
          source: "§6.1, Figure 5",
          holds: otHasLeast(found, ({ area }) => area),
          evidence: `mean of its logarithm over training: ${listed(found, ({ area }) => area.toFixed(2))}`,
        },
        {
          claim: "FM w/ OT ends with the lowest Fréchet distance",
          source: "§6.1, Figure 5",
          holds: otHasLeast(found, ({ last }) => last),
          evidence: `at the end: ${listed(found, ({ last }) => last.toFixed(2))}`,
        },
      ],
      data: { curves },
    };
  },
};
