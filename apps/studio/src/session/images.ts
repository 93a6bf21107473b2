/** @file Flows of images: a run of the command line, opened and drawn from. */
import { batch, effect, signal } from "@preact/signals";
import type { ImageFrames, ImageInfo } from "../lab/image-lab.ts";
import type { RunFiles } from "../lab/run-record.ts";
import { openRunFiles, problemOfRun } from "../lab/run-record.ts";
import { problemOf } from "../settings/problem-of.ts";
import { shared } from "../settings/settings.ts";
import { takeProblem } from "../settings/take-problem.ts";
import { ask, connection, messageOf } from "../worker/connection.ts";
import { openSession, sessions } from "./session.ts";

/** The run of images that is open. */
export const openedImages = signal<(ImageInfo & { readonly name: string }) | undefined>(undefined);
/** What was drawn, group by group. */
export const drawnImages = signal<readonly ImageFrames[]>([]);
/** Whether images are being drawn. */
export const drawing = signal(false);
/** What went wrong last. */
export const imageMessage = signal<string | undefined>(undefined);

/** Files of the run, to open it again in another worker. */
let files: RunFiles | undefined;

/** Opens a run: images here, points as the first model. */
export async function openRun(given: RunFiles): Promise<void> {
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

/** Draws anew. */
export async function drawImages(): Promise<void> {
  const run = openedImages.peek();
  if (!run || drawing.peek()) return;
  drawing.value = true;
  drawnImages.value = [];
  const { imageCount, imageSteps, imageSeed, imageClass, guidance } = shared;
  const label = run.classes !== undefined && imageClass.peek() >= 0 && imageClass.peek() < run.classes ? imageClass.peek() : undefined;
  const method = { solver: "midpoint", steps: imageSteps.peek() } as const;
  try {
    for (let group = 0; group * together < imageCount.peek(); group++) {
      const frames = await ask((lab) => lab.images({ count: together, seed: imageSeed.peek(), group, method, label, guidance: guidance.peek() }));
      if (openedImages.peek() !== run) return;
      drawnImages.value = [...drawnImages.value, frames];
    }
    imageMessage.value = undefined;
  } catch (error) {
    imageMessage.value = messageOf(error);
  } finally {
    drawing.value = false;
  }
}

/** Opens the run again when another worker takes over. */
export function followImages(): void {
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
