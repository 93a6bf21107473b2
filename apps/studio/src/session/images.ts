/** @file Flows of images: a run of the command line, opened and drawn from. */
import { batch, effect, signal } from "@preact/signals";
import type { ImageFrames, ImageInfo } from "../lab/image-lab.ts";
import type { RunFiles } from "../lab/run-record.ts";
import { openRunFiles, problemOfRun } from "../lab/run-record.ts";
import { problemOf } from "../settings/problem-of.ts";
import { eachClass, noClass, shared } from "../settings/settings.ts";
import { takeProblem } from "../settings/take-problem.ts";
import { ask, connection, messageOf } from "../worker/connection.ts";
import { openSession, sessions } from "./session.ts";

/** The run of images that is open. */
export const openedImages = signal<(ImageInfo & { readonly name: string }) | undefined>(undefined);
/** Images that there shall be. */
export const wantedImages = signal(0);
/** What was drawn, group by group. */
export const drawnImages = signal<readonly ImageFrames[]>([]);
/** Whether images are being drawn. */
export const drawing = signal(false);
/** What went wrong last. */
export const imageMessage = signal<string | undefined>(undefined);

/** Files of the run, to open it again in another worker. */
let files: RunFiles | undefined;

/**
 * Opens a run: images here, points as the first model.
 *
 * @param shipped - its name among those that came with the page, for the address
 */
export async function openRun(given: RunFiles, shipped = ""): Promise<void> {
  try {
    const run = openRunFiles(given);
    if (run.model.eventShape.length === 1) {
      await openPoints(given.name, run);
      return;
    }
    const info = await ask((lab) => lab.openImages(given));
    files = given;
    batch(() => {
      openedImages.value = { ...info, name: given.name };
      shared.run.value = shipped;
      imageMessage.value = undefined;
      drawnImages.value = [];
    });
    await drawImages();
  } catch (error) {
    imageMessage.value = messageOf(error);
  }
}

async function openPoints(name: string, run: ReturnType<typeof openRunFiles>): Promise<void> {
  const { problem, weights } = problemOfRun(name, run);
  const zero = (): Float32Array => new Float32Array(weights.length);
  const state = { step: run.steps, params: weights, m: zero(), v: zero(), ema: weights.slice() };
  const [session] = sessions;
  takeProblem(0, problem);
  shared.steps.value = Math.min(20_000, Math.max(shared.steps.value, run.steps));
  shared.chapter.value = "flow";
  // The settings that follow look whether they know a state of theirs.
  session.kept = { problem: problemOf(0), state };
  await openSession(session, problemOf(0), state);
}

/** Images that are drawn at once: the first ones are seen early. */
const together = 4;

/** The classes of a group of images; undefined for none in particular. */
function labelsOf(classes: number | undefined, group: number): readonly number[] | undefined {
  const chosen = shared.imageClass.peek();
  if (classes === undefined || chosen === noClass || chosen >= classes) return undefined;
  return Array.from({ length: together }, (_, i) => (chosen === eachClass ? (group * together + i) % classes : chosen));
}

/** The newest drawing: older ones stop. */
let newest = 0;

/** Draws anew, group by group in place of what was there. */
export async function drawImages(): Promise<void> {
  const run = openedImages.peek();
  if (!run) return;
  const own = ++newest;
  const { imageCount, imageSteps, imageSeed, guidance } = shared;
  const groups = Math.ceil(imageCount.peek() / together);
  const common = { count: together, seed: imageSeed.peek(), guidance: guidance.peek(), method: { solver: "midpoint", steps: imageSteps.peek() } } as const;
  batch(() => {
    drawing.value = true;
    wantedImages.value = groups * together;
    drawnImages.value = drawnImages.value.slice(0, groups);
  });
  try {
    for (let group = 0; group < groups; group++) {
      const frames = await ask((lab) => lab.images({ ...common, group, labels: labelsOf(run.classes, group) }));
      if (newest !== own || openedImages.peek() !== run) return;
      drawnImages.value = drawnImages.value.toSpliced(group, 1, frames);
    }
    imageMessage.value = undefined;
  } catch (error) {
    imageMessage.value = messageOf(error);
  } finally {
    if (newest === own) drawing.value = false;
  }
}

/** Draws anew when what is asked for changes, once it has not changed for a while. */
function followRequests(): void {
  const { imageCount, imageSteps, imageSeed, imageClass, guidance } = shared;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let before: string | undefined;
  effect(() => {
    const request = [imageCount, imageSteps, imageSeed, imageClass, guidance].map(({ value }) => value).join();
    if (before !== undefined && request !== before) {
      clearTimeout(waiting);
      waiting = setTimeout(() => void drawImages(), 250);
    }
    before = request;
  });
}

/** Draws what is asked for, and opens the run again when another worker takes over. */
export function followImages(): void {
  followRequests();
  effect(() => {
    if (connection.value.status !== "ready" || files === undefined) return;
    const again = files;
    void ask((lab) => lab.openImages(again)).catch((error: unknown) => (imageMessage.value = messageOf(error)));
  });
}

/** The files of a run among those chosen or dropped. */
export async function runOfFiles(chosen: readonly File[]): Promise<RunFiles> {
  const options = chosen.find(({ name }) => name === "options.json");
  const weights = chosen.find(({ name }) => name === "weights.safetensors");
  if (!options || !weights) {
    const got = chosen.length > 4 ? `${chosen.length} others` : chosen.map(({ name }) => name).join(", ") || "none";
    throw new Error(`run: expected options.json and weights.safetensors, got ${got}; choose both, or the run's folder`);
  }
  const folder = options.webkitRelativePath.split("/")[0];
  return { name: folder === undefined || folder === "" ? "run" : folder, options: await options.text(), weights: new Uint8Array(await weights.arrayBuffer()) };
}

/** A run that a server gives, in a folder beside the page. */
export async function runOfServer(name: string, options: string, weights: string): Promise<RunFiles> {
  const [first, second] = await Promise.all([fetch(options), fetch(weights)]);
  if (!first.ok || !second.ok) throw new Error(`${name}: expected options.json and weights.safetensors, got status ${first.status} and ${second.status}; train it first`);
  return { name, options: await first.text(), weights: new Uint8Array(await second.arrayBuffer()) };
}
