/** @file Solves on all sides: the same network, start and solver. */
import { flattenValues, Key, normal, rademacher } from "fluxion";
import type { Flow } from "fluxion";
import { sizeOf } from "@fluxion/graph";
import { LeftOut } from "./case.ts";
import type { Check, Context, Measurement } from "./case.ts";
import { measureDuel } from "./duel.ts";
import { timed } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { writeArray } from "./rival.ts";
import type { RivalName } from "./rivals.ts";
import { relativeDistance, scaled } from "./statistics.ts";

/** A solver with its options. */
export interface BenchSolver {
  readonly name: string;
  readonly what: string;
  readonly options: { readonly rtol: number; readonly atol: number } | { readonly solver: "midpoint"; readonly steps: number };
}

const midpoint = (steps: number): BenchSolver => ({
  name: `midpoint-${String(steps)}`,
  what: `midpoint, ${String(steps)} steps`,
  options: { solver: "midpoint", steps },
});

/** Tolerances of the paper and of every default. */
export const dopri5: BenchSolver = { name: "dopri5", what: "dopri5 at 1e-5", options: { rtol: 1e-5, atol: 1e-5 } };

/** All that sampling is measured with. */
export const solvers: readonly BenchSolver[] = [dopri5, midpoint(10), midpoint(20), midpoint(100)];

/** A solve to measure. */
export interface SolveTask {
  readonly flow: Flow;
  readonly count: number;
  readonly solver: BenchSolver;
  /** Log-densities instead of samples. */
  readonly divergence?: "exact" | "hutchinson" | undefined;
  /** Where log-densities are asked for: `[count, ...event]`. */
  readonly data?: Float32Array | undefined;
  readonly rivals: readonly RivalName[];
  /** Where we solve, if not in this process. */
  readonly elsewhere?: RivalName | undefined;
}

const key = Key.from("bench solve");

/**
 * Solves a second of every side. A fixed grid too long for the limit is measured over fewer steps: they cost alike.
 *
 * @throws LeftOut if one solve of ours, or one step of a fixed grid, would take longer than a quarter of the limit
 */
export async function measureSolve(task: SolveTask, context: Context): Promise<Measurement> {
  const started = performance.now();
  const { flow, count, divergence, data, rivals } = task;
  const event = flow.model.eventShape;
  const size = sizeOf(event);
  const x = data ?? normal(key.child("noise"), count * size);
  const { solver, steps: [done, of] } = await foresee(task, x, context);
  const solve = divergence === undefined ? samples(flow, x, solver) : densities(flow, x, solver, divergence);
  const ours = await solve();
  // The probes that `logProb` draws for this key; were they others, the densities would not agree.
  const probe = (): Float32Array =>
    Float32Array.from(Array.from({ length: count }, (_, i) => Array.from(rademacher(key.child("probe", 0, i), size))).flat());
  const sides: Side[] = [{ name: "fluxion", units: 1, run: (turns) => timed(turns, solve) }];
  const nfe: Record<string, number> = {};
  const measured = await measureDuel(context, {
    rivals,
    ours: sides,
    elsewhere: task.elsewhere,
    request: {
      task: divergence === undefined ? "sampling" : "likelihood",
      divergence,
      solver: solver.options,
      points: count,
      model: flow.model.config,
      specs: Object.entries(flow.model.parameters).map(([name, { shape }]) => [name, shape]),
      parameters: writeArray(context.folder, "parameters", flattenValues(flow.model.parameters, flow.params)),
      pool: {
        x: writeArray(context.folder, "x", x),
        ...(divergence === "hutchinson" && { probe: writeArray(context.folder, "probe", probe()) }),
      },
    },
    check: async (rival, name) => {
      const checks = await compared(rival, ours, solver);
      nfe[`nfe ${name}`] = checks.nfe;
      return checks.all;
    },
    started,
    details: { count, nfe: ours.nfe },
  });
  const whole = Object.entries({ nfe: ours.nfe, ...nfe }).map(([name, value]) => [name, (value * of) / done] as const);
  const figures = Object.fromEntries(Object.entries(measured.figures).map(([name, figure]) => [name, scaled(figure, done / of)]));
  return { ...measured, figures, details: { ...measured.details, ...Object.fromEntries(whole), ...(done < of && { evaluationsMeasured: ours.nfe }) } };
}

interface Solved {
  readonly values: Float32Array;
  /** Evaluations of the network. */
  readonly nfe: number;
}

const samples = (flow: Flow, x: Float32Array, { options }: BenchSolver) => async (): Promise<Solved> => {
  const { values, nfe } = await flow.decode(x, options);
  return { values: Float32Array.from(values), nfe };
};

// Drawing the probes counts in our time alone: it is part of the call.
const densities = (flow: Flow, x: Float32Array, { options }: BenchSolver, divergence: "exact" | "hutchinson") => async (): Promise<Solved> => {
  const { logProb, nfe } = await flow.logProb(x, { divergence, ...(divergence === "hutchinson" && { key }), ...options });
  return { values: Float32Array.from(logProb), nfe };
};

/** What is solved of what was asked for: so many of so many steps. */
interface Foreseen {
  readonly solver: BenchSolver;
  readonly steps: readonly [done: number, of: number];
}

/** By the time that a short solve of few examples takes: all, or the first steps. */
async function foresee({ flow, count, solver, divergence }: SolveTask, x: Float32Array, { limit }: Context): Promise<Foreseen> {
  const size = sizeOf(flow.model.eventShape);
  const few = Math.min(count, 2);
  const short: BenchSolver = { name: "", what: "", options: { solver: "midpoint", steps: 1 } };
  const start = x.subarray(0, few * size);
  const trial = divergence === undefined ? samples(flow, start, short) : densities(flow, start, short, divergence);
  await trial();
  const perEvaluation = (await timed(1, trial)) / (2 * few);
  // Where examples are small, many are hardly slower than one.
  if (size <= 2) return { solver, steps: [1, 1] };
  // Each side solves twice at least: to compare, and to measure.
  const most = limit / 4;
  const evaluations = Math.floor(most / (perEvaluation * count));
  const { options } = solver;
  const [least, what] = "steps" in options ? ([2, "a step"] as const) : ([adaptiveEvaluations, "a solve"] as const);
  if (evaluations < least) {
    const work = `${String(least)} evaluations of ${count.toLocaleString("en-US")} example${count === 1 ? "" : "s"}`;
    const rounded = (value: number): string => Number(value.toPrecision(2)).toLocaleString("en-US");
    throw new LeftOut(`${what} would take about ${rounded(least * perEvaluation * count)} s (${work}); it may take ${rounded(most)} s`);
  }
  if (!("steps" in options)) return { solver, steps: [1, 1] };
  const steps = Math.min(options.steps, Math.floor(evaluations / 2));
  return { solver: midpoint(steps), steps: [steps, options.steps] };
}

/** Adaptive solves need about this many evaluations, and rarely fewer. */
const adaptiveEvaluations = 40;

/** Whether a solve elsewhere ends where ours does. */
async function compared(rival: Rival, ours: Solved, { options }: BenchSolver): Promise<{ readonly all: readonly Check[]; readonly nfe: number }> {
  const { nfe = NaN } = await rival.run(1);
  const all = [
    // Two solves differ as each differs from the truth: by some tens of tolerances.
    { what: "results, relative", distance: relativeDistance(await rival.result(), ours.values), tolerance: "rtol" in options ? Math.min(0.3, 100 * options.rtol) : 1e-3 },
    // Evaluations differ a little, as the rules for step sizes do: two steps of dopri5 are not counted.
    { what: "NFE, relative", distance: Math.max(0, Math.abs(ours.nfe - nfe) - 12) / nfe, tolerance: 0.25 },
  ];
  return { all, nfe };
}
