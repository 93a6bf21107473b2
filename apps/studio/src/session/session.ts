/** @file One model of the page: what is known of it, and what can be done with it. */
import { batch, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { TrainingState } from "fluxion";
import type { Frames, Method } from "../lab/frames.ts";
import type { Likelihood } from "../lab/lab.ts";
import type { Problem } from "../lab/problem.ts";
import { shared } from "../settings/settings.ts";
import type { Side } from "../settings/problem-of.ts";
import { ask, messageOf } from "../worker/connection.ts";
import type { Advanced, Opened } from "../worker/service.ts";
import type { LossCurve } from "./losses.ts";
import { noLosses, withLosses } from "./losses.ts";

/** Where a model is. */
export type Status = "closed" | "opening" | "ready" | "training" | "failed";

/** One of the two models. */
export interface Session {
  readonly side: Side;
  readonly status: Signal<Status>;
  /** What went wrong last. */
  readonly message: Signal<string | undefined>;
  readonly opened: Signal<Opened | undefined>;
  readonly step: Signal<number>;
  readonly losses: Signal<LossCurve>;
  readonly stepsPerSecond: Signal<number>;
  readonly particles: Signal<Frames | undefined>;
  readonly likelihood: Signal<Likelihood | undefined>;
  /** Grows with every change of the weights. */
  readonly revision: Signal<number>;
  /** Points that were launched or drawn, on their way. */
  readonly carried: Signal<readonly Frames[]>;
  /** The last state known, which survives the worker. */
  kept: { readonly problem: Problem; readonly state: TrainingState } | undefined;
}

function createSession(side: Side): Session {
  return {
    side,
    status: signal<Status>("closed"),
    message: signal<string | undefined>(undefined),
    opened: signal<Opened | undefined>(undefined),
    step: signal(0),
    losses: signal(noLosses),
    stepsPerSecond: signal(0),
    particles: signal<Frames | undefined>(undefined),
    likelihood: signal<Likelihood | undefined>(undefined),
    revision: signal(0),
    carried: signal<readonly Frames[]>([]),
    kept: undefined,
  };
}

/** The two models; the second one only while they are compared. */
export const sessions: readonly [Session, Session] = [createSession(0), createSession(1)];

/** The models that are shown. */
export const shownSessions = (): readonly Session[] => (shared.compare.value ? sessions : sessions.slice(0, 1));

/** The solver that the page's particles move by. */
export function methodOf(): Method {
  const { solver, solverSteps, rtol, atol } = shared;
  const adaptive = solver.value === "bosh3" || solver.value === "tsit5" || solver.value === "dopri5";
  return adaptive ? { solver: solver.value, rtol: rtol.value, atol: atol.value } : { solver: solver.value, steps: solverSteps.value };
}

/** Makes the model of a problem, from its start or from a state. */
export async function openSession(session: Session, problem: Problem, state?: TrainingState): Promise<void> {
  const { side } = session;
  // At once: what is opened next may have a state of its own.
  session.kept = state && { problem, state };
  batch(() => {
    session.status.value = "opening";
    session.message.value = undefined;
  });
  try {
    const opened = await ask((lab) => lab.open(side, problem, state));
    batch(() => {
      session.opened.value = opened;
      session.step.value = opened.step;
      if (state === undefined || state.step === 0) session.losses.value = noLosses;
      session.stepsPerSecond.value = 0;
      session.likelihood.value = undefined;
      session.carried.value = [];
      session.revision.value += 1;
      session.status.value = "ready";
    });
    await showParticles(session);
  } catch (error) {
    failSession(session, error);
  }
}

/** Says what went wrong. */
export function failSession(session: Session, error: unknown): void {
  batch(() => {
    session.status.value = "failed";
    session.message.value = messageOf(error);
  });
}

/** Takes in what some steps of training did. */
export function noteProgress(session: Session, { step, losses, seconds }: Advanced): void {
  batch(() => {
    session.step.value = step;
    session.losses.value = withLosses(session.losses.value, losses);
    const now = losses.length / seconds;
    const before = session.stepsPerSecond.value;
    session.stepsPerSecond.value = before === 0 ? now : before + 0.2 * (now - before);
    session.likelihood.value = undefined;
    session.carried.value = [];
    session.revision.value += 1;
  });
}

/** Fewer and coarser while the model learns: the picture must not hold up the training. */
const liveCount = 1000;
const liveMethod: Method = { solver: "midpoint", steps: 12 };

/** Lets particles run along the present field. */
export async function showParticles(session: Session, { live = false } = {}): Promise<void> {
  const count = live ? Math.min(liveCount, shared.particles.value) : shared.particles.value;
  const frames = await ask((lab) => lab.particles(session.side, count, live ? liveMethod : methodOf()));
  session.particles.value = frames;
}

/** Measures held-out points. */
export async function measure(session: Session, count = 1000): Promise<void> {
  try {
    const likelihood = await ask((lab) => lab.likelihood(session.side, count));
    session.likelihood.value = likelihood;
  } catch (error) {
    session.message.value = messageOf(error);
  }
}
