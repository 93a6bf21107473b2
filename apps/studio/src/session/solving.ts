/** @file What solvers cost and what they miss, measured in the page. */
import { signal } from "@preact/signals";
import type { SolverName } from "fluxion";
import { isAdaptive, solvers } from "fluxion";
import type { Frames, Method } from "../lab/frames.ts";
import type { Side } from "../settings/problem-of.ts";
import { ask } from "../worker/connection.ts";
import type { Solved } from "../worker/service.ts";
import type { Session } from "./session.ts";

/** One solve against the reference. */
export interface Trial {
  readonly nfe: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Root mean square distance to the reference, in the data's units. */
  readonly error: number;
  /** "success", or how it ended instead. */
  readonly result: string;
}

/** Points of a trial. */
const count = 400;
/** As exact as float32 lets it be. */
const referenceMethod: Method = { solver: "dopri5", rtol: 1e-7, atol: 1e-7 };

let reference: { readonly side: Side; readonly revision: number; readonly values: Float32Array } | undefined;

async function referenceOf(session: Session): Promise<Float32Array> {
  const revision = session.revision.peek();
  if (reference?.side === session.side && reference.revision === revision) return reference.values;
  const { values } = await ask((lab) => lab.sample(session.side, count, referenceMethod));
  reference = { side: session.side, revision, values };
  return values;
}

/** One solve, and how far it ends from the reference. */
export async function trial(session: Session, method: Method): Promise<Trial> {
  const exact = await referenceOf(session);
  const { values, nfe, accepted, rejected, result }: Solved = await ask((lab) => lab.sample(session.side, count, method));
  const squares = values.reduce((sum, value, i) => sum + (value - (exact[i] ?? NaN)) ** 2, 0);
  return { nfe, accepted, rejected, error: Math.sqrt(squares / count), result };
}

/** Errors of every solver as they come in. */
export const errorCurves = signal<Readonly<Partial<Record<SolverName, readonly Trial[]>>>>({});
/** Whether they are being measured. */
export const measuring = signal(false);

const tolerances = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
const evaluations = [4, 8, 16, 32, 64, 128];

/** The methods that a solver is tried with, from cheap to dear. */
export function trialsOf(solver: SolverName): Method[] {
  if (isAdaptive(solver)) return tolerances.map((tolerance) => ({ solver, rtol: tolerance, atol: tolerance }));
  const stages = solvers[solver].b.length;
  return evaluations.filter((nfe) => nfe >= stages).map((nfe) => ({ solver, steps: Math.round(nfe / stages) }));
}

/** Measures every solver, the cheap trials of all first, so that the picture grows evenly. */
export async function measureSolvers(session: Session): Promise<void> {
  measuring.value = true;
  errorCurves.value = {};
  const revision = session.revision.peek();
  const names = Object.keys(solvers) as SolverName[];
  try {
    for (let i = 0; i < evaluations.length; i++) {
      for (const name of names) {
        const method = trialsOf(name)[i];
        if (method === undefined) continue;
        const found = await trial(session, method);
        if (session.revision.peek() !== revision) return;
        errorCurves.value = { ...errorCurves.value, [name]: [...(errorCurves.value[name] ?? []), found] };
      }
    }
  } finally {
    measuring.value = false;
  }
}

/** The evaluations of the paper's Figure 4. */
export const fewEvaluations = [4, 8, 10, 20] as const;

/** Samples of few evaluations, by the midpoint rule as in the paper. */
export async function fewSamples(session: Session, nfe: number): Promise<Frames> {
  const { values } = await ask((lab) => lab.sample(session.side, 1500, { solver: "midpoint", steps: nfe / 2 }));
  return { count: values.length / 2, times: [0], positions: values, nfe };
}
