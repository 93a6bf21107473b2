/** @file Files dropped anywhere on the page. */
import { activeSide } from "../session/controller.ts";
import { sessions } from "../session/session.ts";
import { imageMessage, openRun, runOfFiles } from "../session/images.ts";
import { messageOf } from "../worker/connection.ts";
import { shared } from "../settings/settings.ts";
import { takeFile } from "../panels/data-panel.tsx";
import { openFile } from "./files.ts";

/** Takes tables as data and models as models. */
export function followDrops(): void {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    const [file] = files;
    if (!file) return;
    if (files.some(({ name }) => name === "options.json")) {
      shared.chapter.value = "images";
      void runOfFiles(files).then(openRun, (error: unknown) => (imageMessage.value = messageOf(error)));
      return;
    }
    const model = /\.(?:safetensors|onnx)$/i.test(file.name);
    shared.chapter.value = model ? "keep" : "data";
    void (model ? openFile(sessions[activeSide.value], file) : takeFile(file));
  });
}
