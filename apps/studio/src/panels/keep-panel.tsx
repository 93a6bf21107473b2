import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { Complaint } from "../controls/controls.tsx";
import { fileMessage, openFile, saveField, savePicture, saveWeights } from "../keep/files.ts";
import { activeSide } from "../session/controller.ts";
import { sessions } from "../session/session.ts";
import { writeAddress } from "../settings/address.ts";
import { sceneOf } from "../stage/stage.tsx";
import { Panel, Part } from "./panel.tsx";
import { Sides } from "./sides.tsx";

const copied = signal(false);

/** Taking things away, and bringing them back. */
export function KeepPanel(): VNode {
  const session = sessions[activeSide.value];
  const message = fileMessage.value;
  const address = `${location.origin}${location.pathname}#${writeAddress()}`;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(address);
    copied.value = true;
    setTimeout(() => (copied.value = false), 2000);
  };
  return (
    <Panel title="Take it with you" lead="What was trained here is yours: as files that other programs read, as pictures, as a link. Nothing of it leaves this machine unless you send it.">
      <Sides />
      <Part title="The model">
        <p>Weights as safetensors, with the optimiser's state, to go on training; or the velocity field as ONNX, for any runtime.</p>
        <div class="buttons">
          <button type="button" onClick={() => void saveWeights(session)}>
            Save weights
          </button>
          <button type="button" onClick={() => void saveField(session)}>
            Save field as ONNX
          </button>
        </div>
      </Part>
      <Part title="Bring it back">
        <p>Open a file that was saved here, or drop it anywhere on the page.</p>
        <div class="buttons">
          <label class="button">
            Open a model
            <input
              class="hidden-input"
              type="file"
              accept=".safetensors,.onnx"
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                event.currentTarget.value = "";
                if (file) void openFile(session, file);
              }}
            />
          </label>
        </div>
        <p class="note" role="status">
          {message?.good === true ? message.text : ""}
        </p>
        <Complaint message={message?.good === false ? message.text : undefined} />
      </Part>
      <Part title="The picture, at the time shown">
        <div class="buttons">
          {(["png", "svg"] as const).map((kind) => (
            <button key={kind} type="button" onClick={() => void savePicture(session, sceneOf(session).value, kind)}>
              Save as {kind.toUpperCase()}
            </button>
          ))}
        </div>
        <p class="note">Every picture and chart of every chapter has its own links for PNG and SVG.</p>
      </Part>
      <Part title="A link to all settings">
        <label class="area">
          <span>Whoever opens it sees this page with these settings</span>
          <input type="text" readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
        </label>
        <div class="buttons">
          <button type="button" onClick={() => void copy()}>
            {copied.value ? "Copied" : "Copy the link"}
          </button>
        </div>
      </Part>
    </Panel>
  );
}
