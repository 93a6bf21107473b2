import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { listed, otHasLeast } from "../findings.ts";
import { coloured, methods } from "../methods.ts";
import { evaluationsAt } from "./images-measures.ts";
import { costsOf } from "./images-costs.ts";

/** The cost of sampling over training. */
export const figure10: Experiment = {
  name: "figure10",
  paper: "Figure 10",
  about: "evaluations of dopri5 over training, five methods",
  study: "images",
  predict: async (study) => methods.length * study.scale.snapshots * 64 * (await costsOf(study)).sample,
  run: async (study) => {
    const curves = [];
    for (const { id, label } of methods) {
      study.say(`measuring ${label}`);
      const points = [];
      for (const step of study.run(id).snapshots()) points.push({ x: step, y: await evaluationsAt(study, id, step) });
      curves.push({ id, name: label, points });
    }
    const svg = await curvesFigure({
      title: "Evaluations over training",
      subtitle: "dopri5 at 1e-5, 64 images from the same noise.",
      x: { title: "training step" },
      // The paper's axis.
      y: { title: "NFE", logarithmic: true, covers: [100, 1000] },
      panels: [{ curves: coloured(curves) }],
    });
    const spread = (values: readonly number[]): number => Math.max(...values) / Math.min(...values);
    const ot = curves.find(({ id }) => id === "fm-ot")?.points ?? [];
    const found = curves.map(({ name, id, points }) => ({ label: name, id, values: points.map(({ y }) => y) }));
    return {
      rows: [],
      tables: [
        {
          title: "NFE by training step",
          columns: ["method", ...ot.map(({ x }) => String(x))],
          rows: curves.map(({ name, points }) => [name, ...points.map(({ y }) => y.toFixed(0))]),
        },
      ],
      figures: [{ id: "figure10", title: "Figure 10", caption: "Averaged weights at equal parts of training.", svg }],
      claims: [
        {
          claim: "FM w/ OT needs the fewest evaluations at every point of training",
          source: "App. F, Figure 10",
          holds: ot.every((_, i) => otHasLeast(found, ({ values }) => values[i] ?? NaN)),
          evidence: listed(found, ({ values }) => `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`),
        },
        {
          claim: "The evaluations of FM w/ OT stay nearly constant over training",
          source: "App. F, Figure 10",
          holds: spread(ot.map(({ y }) => y)) < 1.5,
          evidence: `most over fewest: ${listed(found, ({ values }) => spread(values).toFixed(2))}`,
        },
      ],
      data: { curves },
    };
  },
};
