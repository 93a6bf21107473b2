/** @file What goes out of the page as files, and comes back in. */
import { signal } from "@preact/signals";
import { ask, messageOf } from "../worker/connection.ts";
import { extent } from "../session/shown-data.ts";
import { methodOf, openSession } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { pauseTraining } from "../session/training.ts";
import { problemOf } from "../settings/problem-of.ts";
import { shared } from "../settings/settings.ts";
import { takeProblem } from "../settings/take-problem.ts";
import { colours } from "../stage/colours.ts";
import { time } from "../stage/clock.ts";
import { drawScene } from "../stage/draw-scene.ts";
import { ParticleLayer } from "../stage/particles.ts";
import type { Scene } from "../stage/scene.ts";
import { viewOf } from "../stage/view.ts";
import { download, pngOf } from "./download.ts";
import { decodeModel, encodeModel } from "./model-file.ts";
import { openedField } from "./opened.ts";
import { sceneSvg } from "./scene-svg.ts";

/** What happened to a file last, good or bad. */
export const fileMessage = signal<{ readonly good: boolean; readonly text: string } | undefined>(undefined);

const nameOf = ({ side }: Session): string => `fluxion-${shared.data.value}${side === 0 ? "" : "-b"}`;

async function told(work: () => Promise<string>): Promise<void> {
  try {
    fileMessage.value = { good: true, text: await work() };
  } catch (error) {
    fileMessage.value = { good: false, text: messageOf(error) };
  }
}

/** Saves weights, average and moments. */
export const saveWeights = (session: Session): Promise<void> =>
  told(async () => {
    const state = await ask((lab) => lab.state(session.side));
    const name = `${nameOf(session)}.safetensors`;
    download(name, encodeModel({ problem: problemOf(session.side), state }), "application/octet-stream");
    return `${name}: the model after ${state.step} steps`;
  });

/** Saves the velocity field. */
export const saveField = (session: Session): Promise<void> =>
  told(async () => {
    const name = `${nameOf(session)}.onnx`;
    download(name, await ask((lab) => lab.encodeField(session.side)), "application/octet-stream");
    return `${name}: v(x, t) for any ONNX runtime`;
  });

/** Pixels of a picture's file. */
const [width, height] = [1600, 1200];

/** Saves the picture of a model at the present time. */
export const savePicture = (session: Session, scene: Scene, kind: "svg" | "png"): Promise<void> =>
  told(async () => {
    const name = `${nameOf(session)}-t${time.value.toFixed(2)}.${kind}`;
    if (kind === "svg") download(name, sceneSvg(scene, time.value, extent.value, width / 2, height / 2, colours.value), "image/svg+xml");
    else download(name, await pngOf(pictureOf(scene)), "image/png");
    return name;
  });

function pictureOf(scene: Scene): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (context) drawScene(context, scene, time.value, viewOf(extent.value, width, height), colours.value, 2, { particles: new ParticleLayer() });
  return canvas;
}

/** Opens what the page saved: weights take the place of the model, a field is shown beside it. */
export const openFile = (session: Session, file: File): Promise<void> =>
  told(async () => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (/\.onnx$/i.test(file.name)) {
      const frames = await ask((lab) => lab.fieldParticles(bytes, file.name, shared.particles.value, methodOf()));
      openedField.value = { file: file.name, frames };
      return `${file.name}: its field is shown beside the model`;
    }
    if (!/\.safetensors$/i.test(file.name)) {
      throw new Error(`${file.name}: expected .safetensors or .onnx that the page saved, got another kind of file; open CSV files under Data`);
    }
    const kept = decodeModel(bytes, file.name);
    pauseTraining();
    // Kept first: the settings that follow look whether they know a state of theirs.
    session.kept = kept;
    takeProblem(session.side, kept.problem);
    shared.steps.value = Math.max(shared.steps.value, kept.state.step);
    await openSession(session, problemOf(session.side), kept.state);
    return `${file.name}: the model after ${kept.state.step} steps`;
  });
