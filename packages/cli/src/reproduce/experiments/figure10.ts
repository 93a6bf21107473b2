import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { all, less, listed, nfeShare, otLeast } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { coloured, methods } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { countedImages, evaluationsAt, hasEvaluations, snapshotsOf } from "./images-measures.ts";
import { secondsOfSolves } from "./images-costs.ts";

/** The cost of sampling over training. */
export const figure10: Experiment = {
  name: "figure10",
  paper: "Figure 10",
  about: "evaluations of dopri5 over training, five methods",
  study: "images",
  predict: (study) =>
    secondsOfSolves(
      study,
      methods.flatMap(({ id }) => snapshotsOf(study, id).filter((step) => !hasEvaluations(study, id, step)).map(() => ({ id, images: countedImages }))),
    ),
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
    const ot = curves.find(({ id }) => id === "fm-ot")?.points ?? [];
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
      claims: claimsOf(curves),
      data: { curves },
    };
  },
};

/** Most over fewest evaluations of what may still be called constant. */
const flat = 1.5;

/** The paper's claims about evaluations over training. */
export function claimsOf(curves: readonly { readonly id: MethodId; readonly name: string; readonly points: readonly { readonly y: number }[] }[]): Claim[] {
  const found = curves.map(({ name, id, points }) => ({ label: name, id, values: points.map(({ y }) => y) }));
  const [least, most] = [(values: readonly number[]) => Math.min(...values), (values: readonly number[]) => Math.max(...values)];
  const change = ({ values }: { readonly values: readonly number[] }): number => most(values) / least(values);
  const ot = found.find(({ id }) => id === "fm-ot");
  const at = (i: number) => otLeast(found, ({ values }) => values[i] ?? NaN, (_, { values }) => nfeShare * (values[i] ?? NaN));
  return [
    {
      claim: "FM w/ OT needs the fewest evaluations at every point of training",
      source: "App. F, Figure 10",
      criterion: "the fewest of all methods at every point kept, by more than 5% (one seed)",
      holds: all((ot?.values ?? []).map((_, i) => at(i))),
      evidence: listed(found, ({ values }) => `${least(values).toFixed(0)}–${most(values).toFixed(0)}`),
    },
    {
      claim: "The evaluations of FM w/ OT stay nearly constant over training, those of others do not",
      source: "App. F, Figure 10",
      criterion: `most over fewest is below ${String(flat)}, and the least of all methods by more than 5%: where all are flat, nothing is decided`,
      holds: all([less(ot ? change(ot) : NaN, flat, 0), otLeast(found, change, (_, each) => nfeShare * change(each))]),
      evidence: `most over fewest: ${listed(found, (each) => change(each).toFixed(2))}`,
    },
  ];
}
