import { curvesFigure } from "@fluxion/node";
import type { Experiment } from "../experiment.ts";
import { all, less, nfeShare, twoErrors } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { coloured, methodOf } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { secondsOfPoints } from "./points-costs.ts";
import { countedPoints, evaluationsAt, evaluationsName, likelihood, likelihoodName, nllPoints } from "./points-measures.ts";

const compared = ["fm-ot", "likelihood"] as const satisfies readonly MethodId[];

/** Flow matching beside maximum-likelihood training: cost of a step, evaluations over training, likelihood at equal time. */
export const maximumLikelihood: Experiment = {
  name: "maximum-likelihood",
  paper: "Sections 1 and 5",
  about: "flow matching beside maximum-likelihood training at equal time",
  study: "points",
  methods: compared,
  predict: (study) =>
    secondsOfPoints(
      study,
      compared.flatMap((id) => {
        const steps = study.trained([id]) > 0 ? study.run(id).snapshots() : Array.from({ length: study.scale.snapshots }, () => undefined);
        return [
          ...steps.filter((step) => step === undefined || !study.has(evaluationsName(id, step))).map(() => ({ id, points: countedPoints })),
          ...(study.has(likelihoodName(id)) ? [] : [{ id, points: nllPoints(study), density: true }]),
        ];
      }),
    ),
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
    return {
      rows: [],
      tables: [
        {
          title: "At equal time",
          columns: ["training", "steps", "ms a step", "NLL, nats", "NFE, first snapshot", "NFE at the end", "growth"],
          rows: found.map(({ name, steps, stepMs, nll, standardError, points }) => [
            name,
            steps.toLocaleString("en-US"),
            stepMs.toFixed(1),
            `${nll.toFixed(3)} ± ${standardError.toFixed(3)}`,
            firstOf(points).toFixed(0),
            lastOf(points).toFixed(0),
            `${growthOf(points).toFixed(2)} ×`,
          ]),
          note: "Maximum likelihood: the gradient goes through a solve of eight steps of RK4 with Hutchinson's divergence.",
        },
      ],
      figures: [{ id: "maximum-likelihood", title: "Evaluations over training", caption: "Averaged weights at equal parts of training.", svg }],
      claims: claimsOf(found),
      data: { found },
    };
  },
};

/** A training, measured. */
export interface Trained {
  readonly id: MethodId;
  readonly name: string;
  readonly steps: number;
  readonly stepMs: number;
  readonly nll: number;
  readonly standardError: number;
  /** Evaluations of dopri5 by share of training. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const firstOf = (points: Trained["points"]): number => points[0]?.y ?? NaN;
const lastOf = (points: Trained["points"]): number => points.at(-1)?.y ?? NaN;

/** Evaluations at the end of training, as multiples of those of the first snapshot. */
const growthOf = (points: Trained["points"]): number => lastOf(points) / firstOf(points);

/** The claims of flow matching against maximum likelihood. */
export function claimsOf(found: readonly Trained[]): Claim[] {
  const [matching, likely] = compared.map((id) => found.find((each) => each.id === id));
  const ratio = (likely?.stepMs ?? NaN) / (matching?.stepMs ?? NaN);
  const growths = [matching, likely].map((each) => (each ? growthOf(each.points) : NaN)) as [number, number];
  return [
    {
      claim: "Training without simulation is far cheaper a step than maximum likelihood through a solver",
      source: "§1, §5",
      criterion: "a step of maximum likelihood costs more than ten times as much",
      holds: less(10, ratio, 0),
      evidence: `a step of maximum likelihood costs ${ratio.toFixed(0)} times that of flow matching`,
    },
    {
      claim: "At equal time flow matching reaches the better likelihood",
      source: "§1, §5",
      criterion: "the lower NLL, by more than two standard errors",
      holds: less(matching?.nll ?? NaN, likely?.nll ?? NaN, twoErrors(matching?.standardError ?? NaN, likely?.standardError ?? NaN)),
      evidence: found.map(({ name, nll }) => `${name} ${nll.toFixed(3)}`).join(", "),
    },
    {
      claim: "The evaluations of maximum-likelihood training grow as it trains, those of flow matching less",
      source: "§1, §5",
      criterion: "from the first snapshot to the end NFE grow by a smaller factor under flow matching, by more than 5%, and under maximum likelihood by more than 5%",
      holds: all([less(...growths, nfeShare * growths[0]), less(1, growths[1], nfeShare)]),
      evidence: found.map(({ name, points }) => `${name} ${firstOf(points).toFixed(0)} to ${lastOf(points).toFixed(0)}, ${growthOf(points).toFixed(2)} ×`).join("; "),
    },
  ];
}
