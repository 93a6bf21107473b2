/** @file What follows from what: settings change, and models and pictures are made anew. */
import { dependOn } from "./depend-on.ts";
import { computed, effect, signal, untracked } from "@preact/signals";
import type { TrainingState } from "fluxion";
import { extent } from "./shown-data.ts";
import { pathConfigOf, problemOf, dataOf } from "../settings/problem-of.ts";
import type { Side } from "../settings/problem-of.ts";
import type { Problem } from "../lab/problem.ts";
import type { Frames } from "../lab/frames.ts";
import { conditionalFrames } from "../lab/path-frames.ts";
import { shared, sides } from "../settings/settings.ts";
import { ask, connection, messageOf, startWorker } from "../worker/connection.ts";
import { pictures, showField, showHeat } from "./pictures.ts";
import { failSession, methodOf, openSession, sessions, showParticles } from "./session.ts";
import { pauseTraining, training } from "./training.ts";

/** The model whose settings the panels show. */
export const activeSide = signal<Side>(0);

/** Why another engine computes than was asked for. */
export const engineMessage = signal<string | undefined>(undefined);

/** The paths of the active model, before anything is learned: each point's own way, and the field of all. */
export const pathPictures = {
  conditional: signal<Frames | undefined>(undefined),
  marginal: signal<Frames | undefined>(undefined),
};
/** Why there are none. */
export const pathMessage = signal<string | undefined>(undefined);

/** Waits until nothing has changed for a while. */
function settled(ms: number, work: () => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(work, ms);
  };
}

const sameProblem = (a: Problem | undefined, b: Problem): boolean => a !== undefined && keyOf(a) === keyOf(b);

/** Equal for equal problems. */
function keyOf({ data, ...rest }: Problem): string {
  const points = data.kind === "set" ? [data.name, data.count].join() : [data.points.length, ...data.points].join();
  return JSON.stringify([points, rest]);
}

/** A trained model that comes with the page, if it is of this problem. */
type Pretrained = (problem: Problem) => Promise<TrainingState | undefined>;

/** Starts the worker and everything that follows from settings. */
export async function startStudio(pretrained: Pretrained): Promise<void> {
  const wanted = [computed(() => keyOf(problemOf(0))), computed(() => (shared.compare.value ? keyOf(problemOf(1)) : ""))];
  const present: [string, string] = ["", ""];
  const open = async (side: Side): Promise<void> => {
    const key = wanted[side]?.peek() ?? "";
    if (connection.peek().status !== "ready" || key === present[side]) return;
    present[side] = key;
    pauseTraining();
    const session = sessions[side];
    pictures[side].field.value = undefined;
    pictures[side].heat.value = undefined;
    if (key === "") {
      session.status.value = "closed";
      await ask((lab) => lab.close(side));
      return;
    }
    const problem = problemOf(side);
    const kept = sameProblem(session.kept?.problem, problem) ? session.kept?.state : undefined;
    const state = kept ?? (await pretrained(problem));
    // While it was fetched, somebody may have chosen or opened another one.
    if (wanted[side]?.peek() === key) await openSession(session, problem, state);
  };
  for (const side of [0, 1] as const) {
    const later = settled(200, () => void open(side).catch((error: unknown) => failSession(sessions[side], error)));
    effect(() => {
      dependOn(wanted[side]?.value);
      later();
    });
  }
  followParticles();
  followPictures();
  followPath();
  effect(() => {
    if (connection.value.status !== "failed") return;
    training.value = false;
    if (shared.engine.peek() === "wasm") {
      recover();
      return;
    }
    // No GPU, or one that was lost: what runs everywhere takes over, and says why.
    engineMessage.value = connection.value.message;
    shared.engine.value = "wasm";
  });
  effect(() => {
    // A new worker has no models yet.
    if (connection.value.status !== "ready") present.fill("");
    else {
      // What opening reads of the settings is not what this waits for.
      untracked(() => {
        for (const side of [0, 1] as const) void open(side).catch((error: unknown) => failSession(sessions[side], error));
      });
    }
  });
  followEngine();
  await startWorker(shared.engine.peek());
}

/** Another engine is another worker. */
function followEngine(): void {
  let before = shared.engine.peek();
  effect(() => {
    const engine = shared.engine.value;
    if (engine === before) return;
    before = engine;
    recoveries = 0;
    pauseTraining();
    void startWorker(engine).catch(() => undefined);
  });
}

let recoveries = 0;

/** Starts the worker again; not for ever, for one that dies at once will die again. */
function recover(): void {
  recoveries += 1;
  if (recoveries > 3) return;
  setTimeout(() => void startWorker(shared.engine.peek()).catch(() => undefined), 300);
}

const idle = (side: Side): boolean => sessions[side].status.value === "ready" && !training.value;

function followParticles(): void {
  let before = "";
  const later = settled(150, () => {
    for (const side of [0, 1] as const) {
      if (idle(side)) void showParticles(sessions[side]).catch((error: unknown) => (sessions[side].message.value = messageOf(error)));
    }
  });
  effect(() => {
    const now = JSON.stringify([shared.particles.value, methodOf()]);
    if (before !== "" && now !== before) later();
    before = now;
  });
}

function followPictures(): void {
  for (const side of [0, 1] as const) {
    const session = sessions[side];
    const report = (error: unknown): void => void (session.message.value = messageOf(error));
    effect(() => {
      dependOn(session.revision.value);
      const part = extent.value;
      if (!shared.showField.value) pictures[side].field.value = undefined;
      else if (session.status.value === "ready" || session.status.value === "training") void limited(side, () => showField(session, part)).catch(report);
    });
    effect(() => {
      dependOn(session.revision.value);
      const part = extent.value;
      pictures[side].heat.value = undefined;
      if (shared.showDensity.value && idle(side)) void showHeat(session, part, () => shared.showDensity.peek() && !training.peek()).catch(report);
    });
  }
}

const fieldUnderWay: [boolean, boolean] = [false, false];
const fieldWanted: [boolean, boolean] = [false, false];

/** One field at a time, and one more when something changed meanwhile. */
async function limited(side: Side, work: () => Promise<void>): Promise<void> {
  fieldWanted[side] = true;
  if (fieldUnderWay[side]) return;
  fieldUnderWay[side] = true;
  try {
    while (fieldWanted[side]) {
      fieldWanted[side] = false;
      await work();
      if (training.peek()) await new Promise((resolve) => setTimeout(resolve, 700));
    }
  } finally {
    fieldUnderWay[side] = false;
  }
}

/** Particles of the pictures of a path. */
const pathParticles = 500;

function followPath(): void {
  const later = settled(120, () => {
    if (shared.chapter.peek() !== "path") return;
    const path = pathConfigOf(sides[activeSide.peek()]);
    const picture = { data: dataOf(), path, seed: shared.seed.peek(), count: pathParticles };
    try {
      pathPictures.conditional.value = conditionalFrames(picture);
      pathPictures.marginal.value = undefined;
      pathMessage.value = undefined;
    } catch (error) {
      pathMessage.value = messageOf(error);
      return;
    }
    if (connection.peek().status !== "ready") return;
    const shown = pathPictures.conditional.peek();
    ask((lab) => lab.marginal(picture)).then(
      (frames) => {
        // Unless another path was chosen meanwhile.
        if (pathPictures.conditional.peek() === shown) pathPictures.marginal.value = frames;
      },
      (error: unknown) => (pathMessage.value = messageOf(error)),
    );
  });
  effect(() => {
    dependOn(shared.chapter.value, connection.value, dataOf(), pathConfigOf(sides[activeSide.value]), shared.seed.value);
    later();
  });
}
