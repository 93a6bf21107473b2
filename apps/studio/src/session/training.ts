/** @file The loop that trains: the page asks for a little more, again and again, so that pausing is not asking. */
import { signal } from "@preact/signals";
import { shared } from "../settings/settings.ts";
import { problemOf } from "../settings/problem-of.ts";
import { ask } from "../worker/connection.ts";
import type { Session } from "./session.ts";
import { failSession, measure, noteProgress, openSession, showParticles, shownSessions } from "./session.ts";

/** Whether the models are learning. */
export const training = signal(false);

/** Seconds of one call: short enough that the page stays lively. */
const callSeconds = 0.12;
/** Seconds between two pictures while a model learns. */
const pictureSeconds = 0.9;

/** Trains until the steps are done, or `pauseTraining`. */
export async function startTraining(): Promise<void> {
  if (training.value) return;
  training.value = true;
  let pictured = performance.now();
  const learning = (): Session[] => shownSessions().filter(({ status, step }) => status.value === "training" && step.value < shared.steps.value);
  for (const session of shownSessions()) {
    if (session.status.value === "ready" && session.step.value < shared.steps.value) session.status.value = "training";
  }
  while (wanted() && learning().length > 0) {
    for (const session of learning()) await oneCall(session);
    if (performance.now() - pictured < 1000 * pictureSeconds) continue;
    for (const session of learning()) await guarded(session, () => showParticles(session, { live: true }));
    pictured = performance.now();
  }
  training.value = false;
  for (const session of shownSessions()) {
    if (session.status.value === "training") await settle(session);
  }
}

/** Whether nobody paused. */
const wanted = (): boolean => training.value;

async function oneCall(session: Session): Promise<void> {
  await guarded(session, async () => {
    noteProgress(session, await ask((lab) => lab.advance(session.side, callSeconds, shared.steps.value)));
  });
}

/** After training: a good picture, a measurement, and a copy of the state that outlives the worker. */
async function settle(session: Session): Promise<void> {
  session.status.value = "ready";
  await guarded(session, async () => {
    await keepState(session);
    await showParticles(session);
    await measure(session);
  });
}

async function keepState(session: Session): Promise<void> {
  session.kept = { problem: problemOf(session.side), state: await ask((lab) => lab.state(session.side)) };
}

async function guarded(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failSession(session, error);
  }
}

/** Stops after the call under way. */
export function pauseTraining(): void {
  training.value = false;
}

/** Trains some steps and shows what they did. */
export async function stepTraining(count: number): Promise<void> {
  for (const session of shownSessions()) {
    const left = shared.steps.value - session.step.value;
    if (session.status.value !== "ready" || left < 1) continue;
    await guarded(session, async () => {
      noteProgress(session, await ask((lab) => lab.step(session.side, Math.min(count, left), shared.steps.value)));
      await keepState(session);
      await showParticles(session, { live: true });
    });
  }
}

/** Back to the weights before the first step. */
export async function resetTraining(): Promise<void> {
  pauseTraining();
  for (const session of shownSessions()) await openSession(session, problemOf(session.side));
}
