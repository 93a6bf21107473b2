import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { less, twoErrors } from "../findings.ts";
import { coloured, methodOf } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { evaluationsAt, likelihood } from "./points-measures.ts";

const compared = ["fm-ot", "likelihood"] as const satisfies readonly MethodId[];

/** Flow matching beside maximum-likelihood training: cost of a step, evaluations over training, likelihood at equal time. */
export const maximumLikelihood: Experiment = {
  name: "maximum-likelihood",
  paper: "Sections 1 and 5",
  about: "flow matching beside maximum-likelihood training at equal time",
  study: "points",
  methods: compared,
  predict: (study) => Promise.resolve(20 + 2 * study.scale.snapshots),
  run: async (study) => {
    const found = [];
    for (const id of compared) {
      const { label } = methodOf(id);
      study.say(`measuring ${label}`);
      const run = study.run(id);
      const metrics = run.metrics();
      const speeds = metrics.map(({ stepsPerSecond }) => stepsPerSecond).sort((a, b) => a - b);
      const points = [];
      for (const step of run.snapshots()) points.push({ x: step / (run.record.steps ?? step), y: await evaluationsAt(study, id, step) });
      const { nll, standardError } = await likelihood(study, id);
      found.push({ id, name: label, steps: run.record.steps ?? 0, stepMs: 1000 / (speeds[Math.floor(speeds.length / 2)] ?? NaN), nll, standardError, points });
    }
    const svg = await curvesFigure({
      title: "Evaluations over training",
      subtitle: "dopri5 at 1e-5, 1,000 points; both trained for the same time.",
      x: { title: "share of training" },
      y: { title: "NFE" },
      panels: [{ curves: coloured(found) }],
    });
    const [matching, likely] = found;
    const ratio = (likely?.stepMs ?? NaN) / (matching?.stepMs ?? NaN);
    return {
      rows: [],
      tables: [
        {
          title: "At equal time",
          columns: ["training", "steps", "ms a step", "NLL, nats", "NFE at the end"],
          rows: found.map(({ name, steps, stepMs, nll, standardError, points }) => [
            name,
            steps.toLocaleString("en-US"),
            stepMs.toFixed(1),
            `${nll.toFixed(3)} ± ${standardError.toFixed(3)}`,
            (points.at(-1)?.y ?? NaN).toFixed(0),
          ]),
          note: "Maximum likelihood: the gradient goes through a solve of eight steps of RK4 with Hutchinson's divergence.",
        },
      ],
      figures: [{ id: "maximum-likelihood", title: "Evaluations over training", caption: "Averaged weights at equal parts of training.", svg }],
      claims: [
        {
          claim: "Training without simulation is far cheaper a step than maximum likelihood through a solver",
          source: "§1, §5",
          criterion: "a step costs more than ten times as much",
          holds: ratio > 10,
          evidence: `a step of maximum likelihood costs ${ratio.toFixed(0)} times that of flow matching`,
        },
        {
          claim: "At equal time flow matching reaches the better likelihood",
          source: "§1, §5",
          criterion: "the lower NLL, by more than two standard errors",
          holds: less(matching?.nll ?? NaN, likely?.nll ?? NaN, twoErrors(matching?.standardError ?? NaN, likely?.standardError ?? NaN)),
          evidence: found.map(({ name, nll }) => `${name} ${nll.toFixed(3)}`).join(", "),
        },
      ],
      data: { found },
    };
  },
};
