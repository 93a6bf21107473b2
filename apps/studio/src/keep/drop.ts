/** @file Files dropped anywhere on the page. */
import { activeSide } from "../session/controller.ts";
import { sessions } from "../session/session.ts";
import { shared } from "../settings/settings.ts";
import { takeFile } from "../panels/data-panel.tsx";
import { openFile } from "./files.ts";

/** Takes tables as data and models as models. */
export function followDrops(): void {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    const model = /\.(?:safetensors|onnx)$/i.test(file.name);
    shared.chapter.value = model ? "keep" : "data";
    void (model ? openFile(sessions[activeSide.value], file) : takeFile(file));
  });
}
