import { fieldFigure, fieldGrid } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import type { Claim } from "../findings.ts";
import { evaluate, paths, target, timeAt } from "./conditional.ts";

const frame = { x: [-2.5, 2.5], y: [-2.5, 2.5] } as const;
const size = 66;
const shares = [0, 1 / 3, 2 / 3, 1];

/** The conditional score and velocity of the diffusion path beside the conditional velocity of the OT path, at four times. */
export const figure2: Experiment = {
  name: "figure2",
  also: ["figure8"],
  paper: "Figures 2 and 8",
  about: "the diffusion path's conditional score and velocity, and the OT path's conditional velocity",
  study: "none",
  predict: () => Promise.resolve(2),
  run: async (study) => {
    const grid = fieldGrid(frame, size);
    const [diffusion, ot] = paths;
    const panels = (label: string, vectorsAt: (share: number) => Promise<Float32Array>, times: readonly number[]) =>
      Promise.all(times.map(async (share) => ({ title: `${label}, t = ${share.toFixed(2)}`, vectors: await vectorsAt(share) })));
    const score = (share: number) =>
      evaluate(study, "score", (x, x1, t) => diffusion.path.conditionalScore(x, x1, t), grid, timeAt(diffusion.path, share));
    const velocity = ({ path }: (typeof paths)[number]) => (share: number) =>
      evaluate(study, "velocity", (x, x1, t) => path.conditionalVelocity(x, x1, t), grid, timeAt(path, share));
    const rows = [
      { name: "score, diffusion (VP)", panels: await panels("score", score, shares) },
      { name: "velocity, diffusion (VP)", panels: await panels("velocity", velocity(diffusion), shares) },
      { name: "velocity, OT", panels: await panels("velocity", velocity(ot), shares) },
    ];
    const [scoreTurn = NaN, diffusionTurn = NaN, otTurn = NaN] = rows.map(({ panels }) => largestTurn(panels.map(({ vectors }) => vectors)));
    const claim: Claim = {
      claim: "The OT path's conditional velocity has a direction that does not change with time",
      source: "§4.1, Figure 2",
      criterion: "no velocity turns by as much as 1° between four times",
      holds: otTurn < 1,
      evidence: `largest turn of the velocity between t = 0 and 1: ${otTurn.toFixed(2)}°; of the diffusion path's score: ${scoreTurn.toFixed(0)}°, of its velocity: ${diffusionTurn.toFixed(0)}°`,
    };
    const svg = await fieldFigure({
      title: "Conditional score and conditional velocity",
      subtitle: `Towards the data point (${target.join(", ")}). Colour: length, each panel to its own scale. Arrows: direction.`,
      frame,
      size,
      rows,
    });
    const caption =
      "Above: the conditional score of the diffusion path, ∇ log p_t(x|x1). Middle: its conditional velocity, u_t(x|x1) of eq 19 (Figure 8). Below: the conditional velocity of the OT path, u_t(x|x1) of eq 21: its direction stays.";
    return {
      rows: [],
      tables: [],
      figures: [{ id: "figure2", title: "Figures 2 and 8", caption, svg }],
      claims: [claim],
      data: { largestTurnDegrees: { score: scoreTurn, diffusionVelocity: diffusionTurn, velocity: otTurn } },
    };
  },
};

/** The largest angle, in degrees, between the vectors of one place at the first time and any other, near the point itself excepted. */
function largestTurn([first, ...others]: readonly Float32Array[]): number {
  const grid = fieldGrid(frame, size);
  let worst = 0;
  for (let i = 0; i < size * size; i++) {
    const place = [grid[2 * i] ?? 0, grid[2 * i + 1] ?? 0] as const;
    const [ax = 0, ay = 0] = [first?.[2 * i], first?.[2 * i + 1]];
    // Where a field vanishes it has no direction; the centre of the OT field is x1/(1 − σ_min), that of the score moves.
    if (Math.hypot(place[0] - target[0], place[1] - target[1]) < 0.2) continue;
    for (const other of others) {
      const [bx = 0, by = 0] = [other[2 * i], other[2 * i + 1]];
      const cosine = (ax * bx + ay * by) / (Math.hypot(ax, ay) * Math.hypot(bx, by));
      worst = Math.max(worst, (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI);
    }
  }
  return worst;
}
