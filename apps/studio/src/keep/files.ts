/** @file What goes out of the page as files, and comes back in. */
import { signal } from "@preact/signals";
import { ask, messageOf } from "../worker/connection.ts";
import { methodOf, openSession } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { pauseTraining } from "../session/training.ts";
import { problemOf } from "../settings/problem-of.ts";
import { shared } from "../settings/settings.ts";
import { takeProblem } from "../settings/take-problem.ts";
import type { PictureKind } from "../controls/save-links.tsx";
import type { Scene } from "../stage/scene.ts";
import { download } from "./download.ts";
import { decodeModel, encodeModel } from "./model-file.ts";
import { openedField } from "./opened.ts";
import { saveScenes } from "./picture-file.ts";

/** What happened to a file last, good or bad. */
export const fileMessage = signal<{ readonly good: boolean; readonly text: string } | undefined>(undefined);

const setName = ({ side }: Session): string => `${shared.data.value}${side === 0 ? "" : "-b"}`;

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
    const name = `fluxion-${setName(session)}.safetensors`;
    download(name, encodeModel({ problem: problemOf(session.side), state }), "application/octet-stream");
    return `${name}: the model after ${state.step} steps`;
  });

/** Saves the velocity field. */
export const saveField = (session: Session): Promise<void> =>
  told(async () => {
    const name = `fluxion-${setName(session)}.onnx`;
    download(name, await ask((lab) => lab.encodeField(session.side)), "application/octet-stream");
    return `${name}: v(x, t) for any ONNX runtime`;
  });

/** Saves the picture of a model at the present time. */
export const savePicture = (session: Session, scene: Scene, kind: PictureKind): Promise<void> => told(() => saveScenes(setName(session), [scene], kind));

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
