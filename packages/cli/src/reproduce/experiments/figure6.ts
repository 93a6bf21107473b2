import { imageTrajectoryFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { methods } from "../methods.ts";
import { costsOf } from "./images-costs.ts";
import { journey } from "./images-measures.ts";

/** Noises. */
const count = 6;
const shares = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const shown = methods.filter(({ id }) => ["score-matching", "fm-diffusion", "fm-ot"].includes(id));

/** The same noise on its way to an image, by method. */
export const figure6: Experiment = {
  name: "figure6",
  paper: "Figure 6",
  about: "the same noise on its way to an image, by method",
  study: "images",
  methods: shown.map(({ id }) => id),
  predict: async (study) => shown.length * count * (await costsOf(study)).sample + 10,
  run: async (study) => {
    const figures = [];
    const left: { label: string; id: string; half: number }[] = [];
    for (const { id, label } of shown) {
      const states = await journey(study, id, count, shares);
      const svg = await imageTrajectoryFigure({ title: `From noise to image: ${label}`, subtitle: "The same noise for all methods.", times: shares, states });
      figures.push({ id: `figure6-${id}`, title: `Figure 6: ${label}`, caption: "Columns: shares of the path's interval (dopri5 at 1e-5).", svg });
      const [first, last, half] = [states[0], states.at(-1), states[shares.indexOf(0.5)]];
      const distance = (a?: { data: Uint8Array }, b?: { data: Uint8Array }): number =>
        Math.sqrt((a?.data ?? new Uint8Array()).reduce((total, value, i) => total + (value - (b?.data[i] ?? 0)) ** 2, 0));
      left.push({ label, id, half: distance(half, last) / distance(first, last) });
    }
    const of = (id: string): number => left.find((each) => each.id === id)?.half ?? NaN;
    return {
      rows: [],
      tables: [],
      figures,
      claims: [
        {
          claim: "The OT path removes noise roughly linearly; diffusion paths keep it until the end",
          source: "§6.2, Figure 6",
          criterion: "at half time OT has less of the way left than either other method",
          holds: of("fm-ot") < Math.min(of("fm-diffusion"), of("score-matching")),
          evidence: `distance to the final image left at half time, as a share: ${left.map(({ label, half }) => `${label} ${half.toFixed(2)}`).join(", ")}`,
        },
      ],
      data: { left },
    };
  },
};
