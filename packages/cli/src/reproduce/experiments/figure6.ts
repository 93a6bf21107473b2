import { imageTrajectoryFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { all, less } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { methods } from "../methods.ts";
import { secondsOfSolves } from "./images-costs.ts";
import { journey, journeyName, picturesOf } from "./images-measures.ts";
import type { KeptStates } from "./images-measures.ts";

/** Noises. */
const count = 6;
/** Seconds for the pictures. */
const drawingSeconds = 5;
const shares = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const shown = methods.filter(({ id }) => ["score-matching", "fm-diffusion", "fm-ot"].includes(id));

/** The same noise on its way to an image, by method. */
export const figure6: Experiment = {
  name: "figure6",
  paper: "Figure 6",
  about: "the same noise on its way to an image, by method",
  study: "images",
  methods: shown.map(({ id }) => id),
  predict: async (study) =>
    (await secondsOfSolves(study, shown.filter(({ id }) => !study.has(journeyName(id, count))).map(({ id }) => ({ id, images: count })))) + drawingSeconds,
  run: async (study) => {
    const figures = [];
    const ways: Way[] = [];
    for (const { id, label } of shown) {
      const trajectory = await journey(study, id, count, shares);
      const states = trajectory.map(picturesOf);
      const svg = await imageTrajectoryFigure({ title: `From noise to image: ${label}`, subtitle: "The same noise for all methods.", times: shares, states });
      figures.push({ id: `figure6-${id}`, title: `Figure 6: ${label}`, caption: "Columns: shares of the path's interval (dopri5 at 1e-5).", svg });
      ways.push({ id, label, left: leftOf(trajectory) });
    }
    return {
      rows: [],
      tables: [
        {
          title: "Distance to the final image that is left, as a share",
          columns: ["method", ...shares.map((share) => `t = ${String(share)}`)],
          rows: [...ways, { label: "a straight line at constant speed", left: shares.map((share) => 1 - share) }].map(({ label, left }) => [label, ...left.map((share) => share.toFixed(2))]),
          note: `Of ${String(count)} noises together, in the space of the model, t as shares of the path's interval.`,
        },
      ],
      figures,
      claims: [claimOf(ways)],
      data: { shares, ways },
    };
  },
};

/** How far a method's states are from the last, at each time, as a share of the first. */
export interface Way {
  readonly id: string;
  readonly label: string;
  readonly left: readonly number[];
}

/** By how much a way may leave the straight line and still be roughly linear, and must differ from another's at half time. */
const margin = 0.1;

/** The distances of states to the last, as shares of the first's. */
export function leftOf(states: readonly Pick<KeptStates, "values">[]): readonly number[] {
  const last = states.at(-1)?.values ?? [];
  const distances = states.map(({ values }) => Math.sqrt(values.reduce((total, value, i) => total + (value - (last[i] ?? NaN)) ** 2, 0)));
  return distances.map((distance) => distance / (distances[0] ?? NaN));
}

/** The paper's claim about noise on its way. */
export function claimOf(ways: readonly Way[]): Claim {
  const half = shares.indexOf(0.5);
  const deviation = (left: readonly number[]): number => Math.max(...shares.map((share, i) => Math.abs((left[i] ?? NaN) - (1 - share))));
  const ot = ways.find(({ id }) => id === "fm-ot")?.left ?? [];
  const others = ways.filter(({ id }) => id !== "fm-ot");
  return {
    claim: "The OT path removes noise roughly linearly; diffusion paths keep it until the end",
    source: "§6.2, Figure 6",
    criterion: `at every time OT's distance left is within ${String(margin)} of 1 − t, and at half time the others have more left than OT, by more than ${String(margin)}`,
    holds: all([less(deviation(ot), margin, 0), ...others.map(({ left }) => less(ot[half] ?? NaN, left[half] ?? NaN, margin))]),
    evidence: `largest deviation from 1 − t: ${ways.map(({ label, left }) => `${label} ${deviation(left).toFixed(2)}`).join(", ")}; left at half time: ${ways.map(({ label, left }) => `${label} ${(left[half] ?? NaN).toFixed(2)}`).join(", ")}`,
  };
}
