/** @file The page starts here. */
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { followDrops } from "./keep/drop.ts";
import { startStudio } from "./session/controller.ts";
import { followImages, imageMessage, openRun, runOfServer } from "./session/images.ts";
import { followShipped } from "./session/shipped.ts";
import { messageOf } from "./worker/connection.ts";
import { shared } from "./settings/settings.ts";
import { loadCachedFrames, pretrainedState } from "./session/pretrained.ts";
import { followSettings, readAddress } from "./settings/address.ts";
import { play, seek, stillness } from "./stage/clock.ts";
import { followTheme } from "./stage/colours.ts";

readAddress(location.hash);
followTheme();
const root = document.getElementById("app");
if (!root) throw new Error("studio: expected the page's own element, got another page");
render(<App />, root);
followSettings();
addEventListener("hashchange", () => readAddress(location.hash));
if (stillness()) seek(1);
else {
  seek(0);
  play();
}
followDrops();
followImages();
followShipped();
void loadCachedFrames();
void startStudio(pretrainedState).then(openServedRun);

/** The run that `fluxion studio RUN` gives beside the page. */
async function openServedRun(): Promise<void> {
  const name = new URLSearchParams(location.search).get("run");
  if (name === null) return;
  shared.chapter.value = "images";
  try {
    await openRun(await runOfServer(name, "./run/options.json", "./run/weights.safetensors"));
  } catch (error) {
    imageMessage.value = messageOf(error);
  }
}
