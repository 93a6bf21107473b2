import type { SolverName } from "fluxion";
import { curvesFigure } from "@fluxion/node";
import type { Curve } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { coloured, methods } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { paperFigure7Errors, paperFigure7Quality } from "../paper-plots.ts";
import { countOf, errorNfe, hasQuality, noisesOf, quality, solverError, truthNfeLeft } from "./images-measures.ts";
import { secondsOfSolves } from "./images-costs.ts";
import { secondsOfFeatures } from "./images-features.ts";
import { errorClaim, qualityClaim } from "./figure7-claims.ts";

/** Evaluations, as in the paper's figure. */
const budgets = [4, 8, 12, 20, 40, 60, 100];
/** In colours that no method of the paper has, darker for a higher order. */
const solvers: readonly { readonly solver: SolverName; readonly label: string; readonly stages: number; readonly colour: string }[] = [
  { solver: "euler", label: "Euler", stages: 1, colour: "#56b4e9" },
  { solver: "midpoint", label: "Midpoint", stages: 2, colour: "#5d6878" },
  { solver: "rk4", label: "RK4", stages: 4, colour: "#1a2230" },
];
const shown = methods.filter(({ id }) => ["score-matching", "fm-diffusion", "fm-ot"].includes(id));

type Line = Curve & { readonly id: MethodId };

/** Solver error and sample quality against the number of evaluations. */
export const figure7: Experiment = {
  name: "figure7",
  paper: "Figure 7",
  about: "error and Fréchet distance against NFE for Euler, midpoint and RK4",
  study: "images",
  methods: shown.map(({ id }) => id),
  predict: async (study) => {
    const images = countOf(study, "snapshotSamples");
    const left = shown.flatMap(({ id }) => {
      const errors = budgets.reduce((sum, nfe) => sum + errorNfe(study, id, { solver: "midpoint", steps: nfe / 2 }, nfe), truthNfeLeft(study, id));
      const qualities = solvers.flatMap(({ solver, stages }) => budgets.filter((nfe) => nfe % stages === 0 && !hasQuality(study, id, { solver, steps: nfe / stages }, images)));
      return [...(errors > 0 ? [{ id, images: noisesOf(study), nfe: errors }] : []), ...qualities.map((nfe) => ({ id, images, nfe }))];
    });
    return (await secondsOfSolves(study, left)) + (await secondsOfFeatures(study));
  },
  run: async (study) => {
    const count = countOf(study, "snapshotSamples");
    const errors: Line[] = [];
    const panels: { id: string; title: string; curves: Curve[] }[] = [];
    for (const { id, label } of shown) {
      study.say(`measuring ${label}`);
      const points = [];
      for (const nfe of budgets) points.push({ x: nfe, y: await solverError(study, id, { solver: "midpoint", steps: nfe / 2 }) });
      errors.push({ id, name: label, points });
      const curves = [];
      for (const { solver, label: name, stages } of solvers) {
        const usable = budgets.filter((nfe) => nfe % stages === 0);
        const measured = [];
        for (const nfe of usable) measured.push({ x: nfe, y: (await quality(study, id, { solver, steps: nfe / stages }, count)).frechet });
        curves.push({ name, points: measured });
      }
      panels.push({ id, title: label, curves });
    }
    const left = await curvesFigure({
      title: "Error of few evaluations",
      subtitle: "Midpoint against 1,000 evaluations, from the same 256 noises; root mean square by pixel, pixels in [−1, 1].",
      x: { title: "NFE", logarithmic: true },
      y: { title: "error", logarithmic: true },
      panels: [{ curves: coloured(errors) }],
    });
    const right = await curvesFigure({
      title: "Sample quality of few evaluations",
      subtitle: `Fréchet distance of ${String(count)} samples to the test set, features of our own network.`,
      x: { title: "NFE", logarithmic: true },
      y: { title: "Fréchet distance", logarithmic: true },
      panels: panels.map(({ title, curves }) => ({ title, curves: curves.map((curve, i) => ({ ...curve, colour: solvers[i]?.colour })) })),
    });
    const pointsOf = (id: string): Curve["points"] => errors.find((each) => each.id === id)?.points ?? [];
    return {
      rows: [],
      tables: [
        {
          title: "Error by NFE (midpoint)",
          columns: ["method", ...budgets.map(String)],
          rows: errors.map(({ name, points }) => [name, ...points.map(({ y }) => y.toFixed(4))]),
        },
        paperFigure7Errors,
        {
          title: "Fréchet distance by NFE",
          columns: ["method", "solver", ...budgets.map(String)],
          rows: panels.flatMap(({ title, curves }) =>
            curves.map(({ name, points }) => [title, name, ...budgets.map((nfe) => points.find(({ x }) => x === nfe)?.y.toFixed(1) ?? "–")]),
          ),
        },
        paperFigure7Quality,
      ],
      figures: [
        { id: "figure7-error", title: "Figure 7 left", caption: "The error of low-NFE solutions.", svg: left },
        { id: "figure7-frechet", title: "Figure 7 right", caption: "Sample quality by solver, a panel for each method.", svg: right },
      ],
      claims: [errorClaim(pointsOf("fm-diffusion"), pointsOf("fm-ot")), qualityClaim(panels)],
      data: { errors, panels },
    };
  },
};
