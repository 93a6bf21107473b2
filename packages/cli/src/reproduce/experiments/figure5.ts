import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { methods } from "../methods.ts";
import { countOf, quality } from "./images-measures.ts";
import { secondsPerSolve } from "./images-features.ts";

/** Sample quality over training. */
export const figure5: Experiment = {
  name: "figure5",
  paper: "Figure 5",
  about: "Fréchet distance over training, five methods",
  study: "images",
  predict: async (study) => (methods.length * study.scale.snapshots * countOf(study, "snapshotSamples") * (await secondsPerSolve(study))) / 64,
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
      panels: [{ curves }],
    });
    const area = curves.map(({ name, id, points }) => ({ name, id, area: points.reduce((sum, { y }) => sum + Math.log(y), 0) / points.length, last: points.at(-1)?.y ?? NaN }));
    const ot = area.find(({ id }) => id === "fm-ot");
    const others = area.filter(({ id }) => id !== "fm-ot");
    const list = (value: (each: (typeof area)[number]) => number): string => area.map((each) => `${each.name} ${value(each).toFixed(2)}`).join(", ");
    return {
      rows: [],
      tables: [],
      figures: [{ id: "figure5", title: "Figure 5", caption: "Averaged weights at equal parts of training.", svg }],
      claims: [
        {
          claim: "FM w/ OT lowers the Fréchet distance faster than all others",
          source: "§6.1, Figure 5",
          holds: ot !== undefined && others.every((other) => ot.area < other.area),
          evidence: `mean of its logarithm over training: ${list(({ area }) => area)}`,
        },
        {
          claim: "FM w/ OT ends with the lowest Fréchet distance",
          source: "§6.1, Figure 5",
          holds: ot !== undefined && others.every((other) => ot.last < other.last),
          evidence: `at the end: ${list(({ last }) => last)}`,
        },
      ],
      data: { curves },
    };
  },
};
