import { Key, normal } from "fluxion";
import { pathLinesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { evaluate, paths, target, timeAt } from "./conditional.ts";

const count = 12;
const points = 200;

/** Conditional trajectories ψ_t(x0) (eq 11) of both paths, from the same noise. */
export const figure3: Experiment = {
  name: "figure3",
  paper: "Figure 3",
  about: "conditional trajectories of the diffusion and the OT path",
  study: "none",
  predict: () => Promise.resolve(2),
  run: async (study) => {
    const noise = normal(Key.from(0).child("figure3"), new Float32Array(2 * count));
    const drawn = await Promise.all(
      paths.map(async ({ label, path }) => {
        const times = Array.from({ length: points }, (_, i) => timeAt(path, i / (points - 1)));
        const states = await Promise.all(times.map((t) => evaluate(study, "path", (x0, x1, t) => path.sample(x0, x1, t).xt, noise, t)));
        const lines = Array.from({ length: count }, (_, i) => states.map((state) => [state[2 * i] ?? NaN, state[2 * i + 1] ?? NaN] as const));
        return { label, lines };
      }),
    );
    const excess = drawn.map(({ lines }) => lines.map(detour));
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const [diffusion = [], ot = []] = excess;
    const svg = await pathLinesFigure({
      title: "Conditional trajectories",
      subtitle: `From the same ${String(count)} points of noise (dots) to the data point (${target.join(", ")}).`,
      panels: drawn.map(({ label, lines }) => ({ title: label, lines })),
      targets: [target],
    });
    return {
      rows: [],
      tables: [],
      figures: [
        {
          id: "figure3",
          title: "Figure 3",
          caption: "ψ_t(x0) of eq 11 for t from 0 to 1. Dots: the start; diamond: the data point. The OT path is straight; the diffusion path bends, and may pass the point and come back.",
          svg,
        },
      ],
      claims: [
        {
          claim: "OT trajectories are straight lines; diffusion trajectories are curved and may overshoot",
          source: "§4.1, Figure 3",
          criterion: "OT lines are longer than straight ones by less than 0.1% at most, diffusion's by more than 1% on average",
          holds: Math.max(...ot) < 1e-3 && mean(diffusion) > 0.01,
          evidence: `length beyond the straight line: OT at most ${(100 * Math.max(...ot)).toFixed(3)}%, diffusion ${(100 * mean(diffusion)).toFixed(1)}% on average, at most ${(100 * Math.max(...diffusion)).toFixed(0)}%`,
        },
      ],
      data: { detour: { diffusion, ot } },
    };
  },
};

/** How much longer a line is than the distance of its ends, as a share. */
function detour(line: readonly (readonly [number, number])[]): number {
  const length = line.slice(1).reduce((total, [x, y], i) => total + Math.hypot(x - (line[i]?.[0] ?? NaN), y - (line[i]?.[1] ?? NaN)), 0);
  const [first, last] = [line[0], line.at(-1)];
  return length / Math.hypot((last?.[0] ?? NaN) - (first?.[0] ?? NaN), (last?.[1] ?? NaN) - (first?.[1] ?? NaN)) - 1;
}
